# The flags that every target of the project is built with, in one INTERFACE target.
set(TOLLBOOK_SANITIZE "" CACHE STRING "address,undefined | thread")
option(TOLLBOOK_FUZZ "libFuzzer drives the fuzz targets; needs clang and its sanitizers" OFF)
option(TOLLBOOK_WERROR "Warnings are errors" ON)

set(CMAKE_CXX_EXTENSIONS OFF)
find_program(CCACHE ccache)
if(CCACHE)
    set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE})
endif()

add_library(tollbook_options INTERFACE)
target_compile_features(tollbook_options INTERFACE cxx_std_20)
target_include_directories(tollbook_options INTERFACE ${PROJECT_SOURCE_DIR})
target_compile_options(
    tollbook_options
    INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wold-style-cast
              -Wnon-virtual-dtor -Woverloaded-virtual -Wimplicit-fallthrough
              $<$<BOOL:${TOLLBOOK_WERROR}>:-Werror>
)
if(CMAKE_UNITY_BUILD AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # It takes a .cpp that is included for a header.
    target_compile_options(tollbook_options INTERFACE -Wno-subobject-linkage)
endif()
if(TOLLBOOK_SANITIZE)
    target_compile_options(
        tollbook_options INTERFACE -fsanitize=${TOLLBOOK_SANITIZE} -fno-omit-frame-pointer
                                  -fno-sanitize-recover=all
    )
    target_link_options(tollbook_options INTERFACE -fsanitize=${TOLLBOOK_SANITIZE})
endif()

# For libraries that parse bytes from outside: the counters that tell libFuzzer where an input went.
add_library(tollbook_fuzzed INTERFACE)
if(TOLLBOOK_FUZZ)
    target_compile_options(tollbook_fuzzed INTERFACE -fsanitize=fuzzer-no-link)
endif()

# Commands are allocated by one thread and freed by another, and RocksDB does much the same: this
# allocator is made for that. Sanitizers bring their own.
add_library(tollbook_allocator INTERFACE)
if(NOT TOLLBOOK_SANITIZE)
    find_library(TCMALLOC tcmalloc_minimal REQUIRED)
    target_link_libraries(tollbook_allocator INTERFACE ${TCMALLOC})
endif()
