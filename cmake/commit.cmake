# Writes OUTPUT, which defines the commit that is built ("ffd5424", "ffd5424+" with changes, "unknown" without git), and
# leaves it alone when it says so already. Run at every build: cmake -DSOURCE=... -DOUTPUT=... -P cmake/commit.cmake
execute_process(COMMAND git -C "${SOURCE}" describe --always --exclude=* --abbrev=10 --dirty=+
  OUTPUT_VARIABLE commit OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET RESULT_VARIABLE status)
if(NOT status EQUAL 0)
  set(commit unknown)
endif()
set(text "#include \"cli/version.h\"\n\nnamespace flanmoe {\nconst char* const kCommit = \"${commit}\";\n}\n")
if(EXISTS "${OUTPUT}")
  file(READ "${OUTPUT}" before)
endif()
if(NOT "${before}" STREQUAL "${text}")
  file(WRITE "${OUTPUT}" "${text}")
endif()
