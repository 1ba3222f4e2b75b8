# Everything the project links, found and never downloaded. The Debian packages that carry it are listed in `packages.txt`.
find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
find_package(CapnProto CONFIG REQUIRED)
find_package(SQLite3 REQUIRED)
find_package(fmt REQUIRED)
find_package(spdlog REQUIRED)
find_package(CLI11 REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(GTest CONFIG REQUIRED)
find_package(rapidcheck CONFIG REQUIRED)
pkg_check_modules(Botan REQUIRED IMPORTED_TARGET botan-2)
pkg_check_modules(Zstd REQUIRED IMPORTED_TARGET libzstd)

# Asio has neither a CMake nor a pkg-config file. Standalone is asked for even where Boost stands.
find_path(ASIO_INCLUDE_DIR asio.hpp REQUIRED)
add_library(coffer_asio INTERFACE)
target_include_directories(coffer_asio SYSTEM INTERFACE ${ASIO_INCLUDE_DIR})
# Whether it takes memory by aligned_alloc it finds out from what was included before it: each file must find the same.
target_compile_definitions(coffer_asio INTERFACE ASIO_STANDALONE ASIO_NO_DEPRECATED ASIO_HAS_STD_ALIGNED_ALLOC $<$<CXX_COMPILER_ID:Clang>:ASIO_HAS_CO_AWAIT ASIO_HAS_STD_COROUTINE>)
target_link_libraries(coffer_asio INTERFACE Threads::Threads)
