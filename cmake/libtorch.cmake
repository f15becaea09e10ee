# The target `torch`: headers, libtorch_cpu and libc10 of any libtorch (CPU or CUDA wheel, unpacked zip, a user's own
# build), found in FLANMOE_TORCH_DIR. TorchConfig.cmake is not read: that of a CUDA build asks for a CUDA toolkit.
if(NOT EXISTS "${FLANMOE_TORCH_DIR}/lib/libtorch_cpu.so" OR NOT EXISTS "${FLANMOE_TORCH_DIR}/include/ATen/ATen.h")
  message(FATAL_ERROR "FLANMOE_TORCH_DIR is '${FLANMOE_TORCH_DIR}', expected a libtorch folder with lib/libtorch_cpu.so and include/ATen/ATen.h; `make setup` finds or installs one")
endif()
get_filename_component(FLANMOE_TORCH_DIR "${FLANMOE_TORCH_DIR}" ABSOLUTE)

set(FLANMOE_TORCH_VERSION "older than 2.11")
if(EXISTS "${FLANMOE_TORCH_DIR}/include/torch/headeronly/version.h")
  file(STRINGS "${FLANMOE_TORCH_DIR}/include/torch/headeronly/version.h" version_lines REGEX "define TORCH_VERSION_(MAJOR|MINOR|PATCH) ")
  string(REGEX REPLACE "[^0-9]*([0-9]+)[^0-9]*([0-9]+)[^0-9]*([0-9]+).*" "\\1.\\2.\\3" FLANMOE_TORCH_VERSION "${version_lines}")
endif()
if(NOT FLANMOE_TORCH_VERSION VERSION_GREATER_EQUAL 2.11)
  message(FATAL_ERROR "${FLANMOE_TORCH_DIR} holds libtorch '${FLANMOE_TORCH_VERSION}', expected 2.11 or newer")
endif()

option(FLANMOE_CUDA "link the CUDA part of libtorch, for --device cuda; needs a CUDA libtorch, no CUDA toolkit" OFF)
set(cuda_libraries "")
if(FLANMOE_CUDA)
  set(cuda_libraries torch_cuda c10_cuda)
  if(NOT EXISTS "${FLANMOE_TORCH_DIR}/lib/libtorch_cuda.so")
    message(FATAL_ERROR "FLANMOE_CUDA=ON, but ${FLANMOE_TORCH_DIR}/lib holds no libtorch_cuda.so; expected a CUDA libtorch (TORCH_DIR=...)")
  endif()
endif()
foreach(library torch_cpu c10 ${cuda_libraries})
  add_library(flanmoe_lib${library} SHARED IMPORTED GLOBAL)
  set_target_properties(flanmoe_lib${library} PROPERTIES IMPORTED_LOCATION "${FLANMOE_TORCH_DIR}/lib/lib${library}.so")
endforeach()
# A CUDA build's libtorch_cpu needs libcudart and libcupti, which pip lays into nvidia/*/lib beside it. The program finds
# them by libtorch_cpu's own run path; the linker, which looks whether every symbol has an owner, is told here.
file(GLOB nvidia_libraries "${FLANMOE_TORCH_DIR}/../nvidia/*/lib/libcudart.so*" "${FLANMOE_TORCH_DIR}/../nvidia/*/lib/libcupti.so*")
set_target_properties(flanmoe_libtorch_cpu PROPERTIES IMPORTED_LINK_DEPENDENT_LIBRARIES "${nvidia_libraries}")

add_library(torch INTERFACE IMPORTED GLOBAL)
target_include_directories(torch SYSTEM INTERFACE "${FLANMOE_TORCH_DIR}/include" "${FLANMOE_TORCH_DIR}/include/torch/csrc/api/include")
# --no-as-needed: an operator is found by name at run time, so that a program may need the library and name no symbol of it.
target_link_libraries(torch INTERFACE -Wl,--no-as-needed flanmoe_libtorch_cpu -Wl,--as-needed flanmoe_libc10)
if(FLANMOE_CUDA)
  file(GLOB nvidia_libraries "${FLANMOE_TORCH_DIR}/../nvidia/*/lib/lib*.so*")
  set_target_properties(flanmoe_libtorch_cuda PROPERTIES IMPORTED_LINK_DEPENDENT_LIBRARIES "${nvidia_libraries}")
  target_link_libraries(torch INTERFACE -Wl,--no-as-needed flanmoe_libtorch_cuda flanmoe_libc10_cuda -Wl,--as-needed)
  target_compile_definitions(torch INTERFACE FLANMOE_CUDA)
endif()

# The OpenMP runtime that libtorch uses: its own where it brings one (another name or another runtime would be a second
# pool of threads in one process), else the compiler's.
file(GLOB openmp_runtimes "${FLANMOE_TORCH_DIR}/lib/libgomp*.so*" "${FLANMOE_TORCH_DIR}/lib/libiomp5.so")
list(APPEND openmp_runtimes gomp)
list(GET openmp_runtimes 0 FLANMOE_OPENMP_RUNTIME)
