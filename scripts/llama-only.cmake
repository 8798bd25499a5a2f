# Included by CMake right after llama.cpp's own project() call (CMAKE_PROJECT_<name>_INCLUDE).
# llama-cpp-python forces LLAMA_BUILD_COMMON on in the cache, yet its bindings never load that library;
# a plain variable outranks the cache (CMP0077), which spares its compile, the longest part of the build.
set(LLAMA_BUILD_COMMON OFF)
