# One function per kind of target. A unit is x.h, x.cc, x_test.cc side by side:
#   amana_library(base_clock SRCS clock.cc HDRS clock.h DEPS absl::time)
#   amana_test(base_clock_test SRCS clock_test.cc DEPS base_clock [ENV N=V] [TIMEOUT s] [LABELS full])
#   amana_program(amana-pki SRCS pki_main.cc DEPS ...)
#   amana_proto(amana_v1_referral PROTO amana/v1/referral.proto [GRPC] DEPS ...)
#   amana_fuzz(envelope_walker_fuzz SRCS walker_fuzz.cc DEPS envelope_wire_walker)
#   amana_use_grpc_pch(rpc_referral_service): gRPC's headers precompiled, for whoever includes them

# What most units include, precompiled: parsing it again is most of what a unit costs.
set(AMANA_COMMON_HEADERS
  <absl/container/flat_hash_map.h> <absl/functional/any_invocable.h> <absl/status/statusor.h>
  <absl/strings/str_cat.h> <absl/synchronization/mutex.h> <absl/time/time.h>
  <google/protobuf/extension_set.h> <google/protobuf/generated_message_reflection.h>
  <google/protobuf/message.h> <google/protobuf/repeated_field.h>
  <functional> <memory> <optional> <span> <string> <variant> <vector>)

function(amana_library name)
  cmake_parse_arguments(A "" "" "SRCS;HDRS;DEPS" ${ARGN})
  if(A_SRCS)
    add_library(${name} STATIC ${A_SRCS} ${A_HDRS})
    target_include_directories(${name} PUBLIC ${CMAKE_SOURCE_DIR})
    target_link_libraries(${name} PUBLIC ${A_DEPS} PRIVATE amana_flags)
    # At the end of the folder: what it gets by name comes first.
    cmake_language(EVAL CODE "cmake_language(DEFER CALL amana_use_common_pch ${name})")
  else()
    add_library(${name} INTERFACE)
    target_include_directories(${name} INTERFACE ${CMAKE_SOURCE_DIR})
    target_link_libraries(${name} INTERFACE ${A_DEPS})
  endif()
endfunction()

function(amana_program name)
  cmake_parse_arguments(A "" "" "SRCS;DEPS" ${ARGN})
  add_executable(${name} ${A_SRCS})
  target_include_directories(${name} PRIVATE ${CMAKE_SOURCE_DIR})
  target_link_libraries(${name} PRIVATE ${A_DEPS} amana_flags)
endfunction()

# Makes `target` use the precompiled HEADERS that `owner` (made on first use) compiles once for all.
# g++ only. Owner and users must have the same flags: both link amana_flags and the same DEPS.
# A precompiled header hides missing includes; tests/full builds once without.
function(amana_use_pch target owner)
  get_target_property(used ${target} PRECOMPILE_HEADERS_REUSE_FROM)
  if(used OR NOT CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    return()
  endif()
  cmake_parse_arguments(A "" "" "HEADERS;DEPS" ${ARGN})
  if(NOT TARGET ${owner})
    set(source ${CMAKE_BINARY_DIR}/pch/${owner}.cc)
    if(NOT EXISTS ${source})
      file(WRITE ${source} "// Owns a precompiled header.\n")
    endif()
    add_library(${owner} OBJECT ${source})
    target_link_libraries(${owner} PRIVATE ${A_DEPS} amana_flags)
    target_precompile_headers(${owner} PRIVATE ${A_HEADERS})
  endif()
  target_precompile_headers(${target} REUSE_FROM ${owner})
endfunction()

function(amana_use_common_pch target)
  amana_use_pch(${target} amana_common_pch DEPS absl::statusor protobuf::libprotobuf
    HEADERS ${AMANA_COMMON_HEADERS})
endfunction()

function(amana_use_grpc_pch target)
  amana_use_pch(${target} amana_grpc_pch DEPS gRPC::grpc++ protobuf::libprotobuf
    HEADERS <grpcpp/grpcpp.h> ${AMANA_COMMON_HEADERS})
endfunction()

# A test program: GoogleTest, run by ctest, 60 s at most; ENV adds NAME=VALUE pairs. tests/run leaves
# out what has the label `full`; tests/full runs it.
function(amana_test name)
  if(NOT AMANA_TESTS)
    return()
  endif()
  cmake_parse_arguments(A "" "TIMEOUT" "SRCS;DEPS;ENV;LABELS" ${ARGN})
  if(NOT A_TIMEOUT)
    set(A_TIMEOUT 60)
  endif()
  add_executable(${name} ${A_SRCS})
  target_include_directories(${name} PRIVATE ${CMAKE_SOURCE_DIR})
  target_link_libraries(${name} PRIVATE ${A_DEPS} GTest::gmock GTest::gtest GTest::gtest_main amana_flags)
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/test)
  amana_use_pch(${name} amana_gtest_pch
    DEPS GTest::gmock GTest::gtest absl::statusor protobuf::libprotobuf
    HEADERS <gmock/gmock.h> <gtest/gtest.h> ${AMANA_COMMON_HEADERS})
  add_test(NAME ${name} COMMAND ${name})
  set_tests_properties(${name} PROPERTIES TIMEOUT ${A_TIMEOUT} LABELS "${A_LABELS}"
    ENVIRONMENT "AMANA_SOURCE_DIR=${CMAKE_SOURCE_DIR};AMANA_SHARED_DIR=${CMAKE_SOURCE_DIR}/../shared;${A_ENV}")
endfunction()

# A fuzz target: SRCS define what tests/fuzz/target.h declares. In the preset `fuzz` a libFuzzer
# program, which tests/full runs (the target `fuzzers` builds them all); everywhere a test,
# <name>_replay_test, of its seeds, of mutations of them and of what tests/fuzz/corpus/<name> keeps.
function(amana_fuzz name)
  if(NOT AMANA_TESTS)
    return()
  endif()
  cmake_parse_arguments(A "" "" "SRCS;DEPS" ${ARGN})
  amana_test(${name}_replay_test SRCS ${A_SRCS} $<TARGET_OBJECTS:fuzz_replay>
    DEPS fuzz_target protobuf::libprotobuf ${A_DEPS}
    ENV AMANA_FUZZ_CORPUS=${CMAKE_SOURCE_DIR}/tests/fuzz/corpus/${name})
  if(NOT AMANA_FUZZ)
    return()
  endif()
  amana_program(${name} SRCS ${A_SRCS} $<TARGET_OBJECTS:fuzz_libfuzzer>
    DEPS fuzz_target protobuf::libprotobuf ${A_DEPS})
  target_link_options(${name} PRIVATE -fsanitize=fuzzer)
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/fuzz)
  if(NOT TARGET fuzzers)
    add_custom_target(fuzzers)
  endif()
  add_dependencies(fuzzers ${name})
endfunction()

# Generated code goes to ${CMAKE_BINARY_DIR}/gen, never into the tree; our warnings do not apply to it.
# Makes <name> (messages) and, with GRPC, <name>_grpc (service stubs) where AMANA_GRPC is on.
function(amana_proto name)
  cmake_parse_arguments(A "GRPC" "PROTO" "DEPS" ${ARGN})
  set(gen ${CMAKE_BINARY_DIR}/gen)
  file(MAKE_DIRECTORY ${gen})
  string(REGEX REPLACE "\\.proto$" "" stem ${A_PROTO})
  set(source ${CMAKE_SOURCE_DIR}/proto/${A_PROTO})
  add_custom_command(OUTPUT ${gen}/${stem}.pb.cc ${gen}/${stem}.pb.h
    COMMAND protobuf::protoc --proto_path=${CMAKE_SOURCE_DIR}/proto --cpp_out=${gen} ${source}
    DEPENDS ${source} VERBATIM)
  amana_generated_library(${name} ${gen}/${stem}.pb.cc ${gen}/${stem}.pb.h)
  target_link_libraries(${name} PUBLIC protobuf::libprotobuf ${A_DEPS})
  if(NOT A_GRPC OR NOT AMANA_GRPC)
    return()
  endif()
  add_custom_command(OUTPUT ${gen}/${stem}.grpc.pb.cc ${gen}/${stem}.grpc.pb.h
    COMMAND protobuf::protoc --proto_path=${CMAKE_SOURCE_DIR}/proto --grpc_out=${gen}
      --plugin=protoc-gen-grpc=$<TARGET_FILE:gRPC::grpc_cpp_plugin> ${source}
    DEPENDS ${source} VERBATIM)
  amana_generated_library(${name}_grpc ${gen}/${stem}.grpc.pb.cc ${gen}/${stem}.grpc.pb.h)
  target_link_libraries(${name}_grpc PUBLIC ${name} gRPC::grpc++)
endfunction()

function(amana_generated_library name)
  add_library(${name} STATIC ${ARGN})
  target_include_directories(${name} SYSTEM PUBLIC ${CMAKE_BINARY_DIR}/gen)
  target_compile_options(${name} PRIVATE -w -ffile-prefix-map=${CMAKE_BINARY_DIR}=build)
  if(AMANA_SANITIZE)
    # Without UBSan, which finds nothing in it and doubles the time to compile it.
    target_compile_options(${name} PRIVATE -fno-sanitize=undefined)
  endif()
endfunction()
