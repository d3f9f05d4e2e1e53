# Compiler, linker and hardening flags; every target of ours links `amana_flags`.

find_program(AMANA_CCACHE ccache)
if(AMANA_CCACHE)
  # base_dir and hash_dir=false: a clone in another folder hits the same cache entries.
  set(CMAKE_CXX_COMPILER_LAUNCHER
      ${CMAKE_COMMAND} -E env CCACHE_BASEDIR=${CMAKE_SOURCE_DIR} CCACHE_NOHASHDIR=1
      CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime ${AMANA_CCACHE})
endif()

add_library(amana_flags INTERFACE)
# -pthread everywhere, as gRPC's packages have it: a precompiled header is for one set of flags.
target_compile_options(amana_flags INTERFACE
  -pthread -Wall -Wextra -Werror -Wnon-virtual-dtor -Woverloaded-virtual -Wimplicit-fallthrough
  -fstack-protector-strong -fno-strict-aliasing
  -ffile-prefix-map=${CMAKE_SOURCE_DIR}=. -ffile-prefix-map=${CMAKE_BINARY_DIR}=build)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # PCH validity depends on debug prefix maps under ccache.
  target_compile_options(amana_flags INTERFACE -fpch-preprocess -Wno-psabi)
else()
  target_compile_options(amana_flags INTERFACE -Wthread-safety)
endif()
if(NOT CMAKE_BUILD_TYPE STREQUAL "Debug" AND NOT AMANA_SANITIZE)
  target_compile_options(amana_flags INTERFACE -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2)
endif()
target_link_options(amana_flags INTERFACE -Wl,-z,relro -Wl,-z,now)

find_program(AMANA_MOLD mold)
if(AMANA_MOLD)
  target_link_options(amana_flags INTERFACE -fuse-ld=mold)
endif()

set(AMANA_SANITIZE "" CACHE STRING "Sanitizers: address,undefined or thread")
if(AMANA_SANITIZE)
  add_compile_options(-fsanitize=${AMANA_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${AMANA_SANITIZE})
  # GCC 12 sees uninitialised values in what the sanitizers insert, and strings that are too short.
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    target_compile_options(amana_flags INTERFACE
      -Wno-maybe-uninitialized -Wno-array-bounds -Wno-stringop-overflow -Wno-stringop-overread)
  endif()
endif()
if(AMANA_FUZZ)
  # Without it libFuzzer does not see where an input gets to.
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()
if(AMANA_SANITIZE STREQUAL "thread")
  # Before libabsl in every program, or ThreadSanitizer knows nothing of absl::Mutex.
  add_library(amana_tsan_absl_mutex SHARED ${CMAKE_CURRENT_LIST_DIR}/tsan_absl_mutex.cc)
  target_compile_options(amana_tsan_absl_mutex PRIVATE -fno-sanitize=thread)
  target_link_libraries(amana_tsan_absl_mutex PRIVATE amana_flags)
  link_libraries(amana_tsan_absl_mutex)
  add_link_options($<TARGET_FILE:amana_tsan_absl_mutex>)  # a second time, in front of all libraries
endif()
