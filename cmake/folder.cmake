# One CMake target per folder of src/. The declared dependencies are the row of the folder in docs/architecture.md;
# tests/architecture reads the include lines and fails on any other arrow.

# libtorch brings fmt headers of its own, of another version: Debian's, which its library belongs to, must be found first.
get_target_property(fmt_include_folder fmt::fmt INTERFACE_INCLUDE_DIRECTORIES)
file(MAKE_DIRECTORY ${CMAKE_BINARY_DIR}/include_first)
file(CREATE_LINK ${fmt_include_folder}/fmt ${CMAKE_BINARY_DIR}/include_first/fmt SYMBOLIC)
include_directories(BEFORE SYSTEM ${CMAKE_BINARY_DIR}/include_first)

# The headers every file would parse again: compiled once for the folders without torch, once for those with it.
function(flanmoe_precompiled name)
  cmake_parse_arguments(ARG "" "" "HEADERS;LIBS" ${ARGN})
  file(WRITE ${CMAKE_BINARY_DIR}/${name}.cpp "")
  add_library(${name} OBJECT ${CMAKE_BINARY_DIR}/${name}.cpp)
  target_include_directories(${name} PRIVATE ${PROJECT_SOURCE_DIR}/src)
  target_link_libraries(${name} PRIVATE ${ARG_LIBS})
  target_precompile_headers(${name} PRIVATE ${ARG_HEADERS})
endfunction()

set(FLANMOE_BASE_LIBS fmt::fmt spdlog::spdlog yaml-cpp nlohmann_json::nlohmann_json Threads::Threads ZLIB::ZLIB zstd)
set(FLANMOE_STD_HEADERS <algorithm> <array> <cmath> <cstdint> <filesystem> <fstream> <functional> <map> <memory> <optional>
  <set> <sstream> <string> <string_view> <unordered_map> <utility> <vector> <fmt/format.h> <fmt/ranges.h> <nlohmann/json.hpp>)
flanmoe_precompiled(flanmoe_pch_std HEADERS ${FLANMOE_STD_HEADERS} LIBS ${FLANMOE_BASE_LIBS})
flanmoe_precompiled(flanmoe_pch_torch HEADERS ${FLANMOE_STD_HEADERS} <ATen/ATen.h>
  LIBS ${FLANMOE_BASE_LIBS} torch)

# flanmoe_folder(NAME [TORCH] [COLD] DEPS folder... LIBS library...)
# COLD: little time is spent in its code, so that less is spent on optimising it.
function(flanmoe_folder name)
  cmake_parse_arguments(ARG "TORCH;COLD" "" "DEPS;LIBS" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/src/${name}/*.cpp ${PROJECT_SOURCE_DIR}/src/${name}/*/*.cpp)
  list(FILTER sources EXCLUDE REGEX "/(main|processor_check)\\.cpp$")  # of the program itself
  set(target flanmoe_${name})
  if(NOT sources)  # a folder that only has headers so far
    file(WRITE ${CMAKE_BINARY_DIR}/${target}_empty.cpp "")
    set(sources ${CMAKE_BINARY_DIR}/${target}_empty.cpp)
  endif()
  add_library(${target} STATIC ${sources})
  target_include_directories(${target} PUBLIC ${PROJECT_SOURCE_DIR}/src)
  list(TRANSFORM ARG_DEPS PREPEND flanmoe_)
  target_link_libraries(${target} PUBLIC ${ARG_DEPS} ${ARG_LIBS} ${FLANMOE_BASE_LIBS})
  if(ARG_COLD AND CMAKE_BUILD_TYPE STREQUAL Release AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)  # newer ones do not take a precompiled header of -O2 at -O1
    target_compile_options(${target} PRIVATE -O1)
  endif()
  if(ARG_TORCH)
    target_link_libraries(${target} PUBLIC torch)
    target_precompile_headers(${target} REUSE_FROM flanmoe_pch_torch)
  else()
    target_precompile_headers(${target} REUSE_FROM flanmoe_pch_std)
  endif()
endfunction()
