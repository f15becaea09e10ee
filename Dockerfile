# The two commands in a container:  docker build -t flanmoe .  &&  docker run flanmoe make study   (or: make test)
FROM debian:12
RUN apt-get update && apt-get install -y --no-install-recommends git make ca-certificates && rm -rf /var/lib/apt/lists/*
WORKDIR /flanmoe
COPY . .
RUN make build
CMD ["make", "study"]
