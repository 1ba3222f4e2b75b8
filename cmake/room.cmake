# coffer_room(NAME SOURCES … LINKS … [PRIVATE_LINKS …]): one room of the house as one static library.
# What a room links is what it may know: a room that may not know another does not link it, and so cannot include it.
# Headers are included from the top: #include "protocol/frame.h" for reference rooms, "wire/forge.h" for conformance rooms;
# the root of that path is the part (reference/, conformance/), which each room exports only through its own directory's target.
find_program(CCACHE ccache)
if(CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE})
endif()

add_library(coffer_options INTERFACE)
target_compile_options(coffer_options INTERFACE -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wswitch-enum $<$<BOOL:${COFFER_WERROR}>:-Werror>
  $<$<CXX_COMPILER_ID:Clang>:-Wno-deprecated-declarations>)  # stable algorithms of libstdc++ 12 use what it deprecates itself
if(COFFER_SANITIZE)
  add_compile_options(-fsanitize=${COFFER_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${COFFER_SANITIZE})
  if(COFFER_SANITIZE STREQUAL "thread" AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    add_compile_options(-Wno-tsan)  # Asio's fences, which this compiler's ThreadSanitizer does not follow
  endif()
  if(COFFER_SANITIZE STREQUAL "thread")
    add_library(botan_one_thread OBJECT ${CMAKE_SOURCE_DIR}/tests/support/botan_one_thread.cc)
  endif()
endif()

# What every executable links besides what it asks for.
function(coffer_executable name)
  target_link_libraries(${name} PRIVATE coffer_options $<TARGET_NAME_IF_EXISTS:botan_one_thread>)
endfunction()

if(COFFER_FUZZ AND NOT COFFER_FUZZ_ENGINE)
  # Libraries too report what they cover; the values that they compare are reported where fuzz/CMakeLists.txt asks for it.
  add_compile_options(-fsanitize=fuzzer-no-link -fno-sanitize-coverage=indirect-calls,stack-depth,trace-cmp
    -fsanitize-coverage-ignorelist=${CMAKE_SOURCE_DIR}/fuzz/no_progress.txt -Wno-unused-command-line-argument)
endif()

function(coffer_room name)
  cmake_parse_arguments(ROOM "" "" "SOURCES;LINKS;PRIVATE_LINKS" ${ARGN})
  add_library(${name} STATIC ${ROOM_SOURCES})
  cmake_path(GET CMAKE_CURRENT_SOURCE_DIR PARENT_PATH part)
  target_include_directories(${name} PUBLIC ${part})
  target_link_libraries(${name} PUBLIC ${ROOM_LINKS} PRIVATE coffer_options ${ROOM_PRIVATE_LINKS})
endfunction()

# coffer_program(NAME SOURCES … LINKS …): an executable, put into build/bin.
function(coffer_program name)
  cmake_parse_arguments(PROGRAM "" "" "SOURCES;LINKS" ${ARGN})
  add_executable(${name} ${PROGRAM_SOURCES})
  coffer_executable(${name})
  target_link_libraries(${name} PRIVATE ${PROGRAM_LINKS})
  target_compile_definitions(${name} PRIVATE COFFER_VERSION="${PROJECT_VERSION}")
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)
endfunction()

# coffer_test(NAME [THREADED] SOURCES … LINKS …): one GoogleTest binary, its tests known to CTest one by one. Where it stands decides its lanes:
# `sanitized` (tests/unit, property, sim, golden: built and run under AddressSanitizer too) and `threaded` (unit tests of the rooms that use
# threads, and those that say THREADED: under ThreadSanitizer too); fuzz/ and tests/end_to_end/ label theirs themselves. A lane is a target that builds it
# (sanitized_tests) and part of the tests' label (ctest -L sanitized).
include(GoogleTest)
add_custom_target(sanitized_tests)
add_custom_target(threaded_tests)
function(coffer_test name)
  cmake_parse_arguments(TEST "THREADED" "" "SOURCES;LINKS" ${ARGN})
  add_executable(${name} ${TEST_SOURCES})
  coffer_executable(${name})
  target_link_libraries(${name} PRIVATE ${TEST_LINKS} rapidcheck_gtest GTest::gmock_main)
  if(TEST_LINKS MATCHES "(^|;)(protocol|net|client|server)(;|$)")
    target_link_libraries(${name} PRIVATE transitions_of_tests transitions)  # COFFER_TRANSITIONS=FILE works with it as with the programs
  endif()
  file(RELATIVE_PATH label ${CMAKE_SOURCE_DIR} ${CMAKE_CURRENT_SOURCE_DIR})
  if(label MATCHES "^tests/(unit|property|sim|golden)(/|$)")
    string(APPEND label "+sanitized")
    add_dependencies(sanitized_tests ${name})
  endif()
  if(TEST_THREADED OR label MATCHES "^tests/unit/(accounts|client|net|store)")
    string(APPEND label "+threaded")
    add_dependencies(threaded_tests ${name})
  endif()
  gtest_discover_tests(${name} DISCOVERY_TIMEOUT 60 DISCOVERY_MODE PRE_TEST NO_PRETTY_VALUES PROPERTIES LABELS ${label})
endfunction()
