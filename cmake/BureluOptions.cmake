# Options, the default build type, and the compile options that every target of the project shares.
set(BURELU_CUDA AUTO CACHE STRING "CUDA backend: AUTO (if nvcc is found), ON or OFF")
set_property(CACHE BURELU_CUDA PROPERTY STRINGS AUTO ON OFF)
set(BURELU_MPI AUTO CACHE STRING "Work shared by several processes: AUTO (if MPI is found), ON or OFF")
set_property(CACHE BURELU_MPI PROPERTY STRINGS AUTO ON OFF)
set(BURELU_SANITIZE "" CACHE STRING "Sanitizers, as for -fsanitize= (address,undefined or thread); empty for none")
option(BURELU_WERROR "Treat warnings as errors" OFF)
set(BURELU_PYTHON AUTO CACHE STRING "Python package: AUTO (if nanobind is found), ON or OFF")
set_property(CACHE BURELU_PYTHON PROPERTY STRINGS AUTO ON OFF)
option(BURELU_PROGRAMS "Build the programs burelu and burelu-verify; needed by tests and benchmarks" ${PROJECT_IS_TOP_LEVEL})
option(BURELU_TESTS "Build the tests" ${PROJECT_IS_TOP_LEVEL})
option(BURELU_BENCH "Build the benchmarks" ${PROJECT_IS_TOP_LEVEL})
option(BURELU_INSTALL "Make install targets" ${PROJECT_IS_TOP_LEVEL})

get_property(burelu_multi_config GLOBAL PROPERTY GENERATOR_IS_MULTI_CONFIG)
if(PROJECT_IS_TOP_LEVEL AND NOT CMAKE_BUILD_TYPE AND NOT burelu_multi_config)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "Debug, Release, RelWithDebInfo or MinSizeRel" FORCE)
endif()
if(PROJECT_IS_TOP_LEVEL)
  set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
endif()

# Sanitizers must cover every translation unit, tests included, hence directory-wide.
if(BURELU_SANITIZE)
  add_compile_options($<$<COMPILE_LANGUAGE:CXX>:-fsanitize=${BURELU_SANITIZE}>
                      $<$<COMPILE_LANGUAGE:CXX>:-fno-omit-frame-pointer>)
  if(BURELU_SANITIZE MATCHES "undefined")
    add_compile_options($<$<COMPILE_LANGUAGE:CXX>:-fno-sanitize-recover=undefined>)
  endif()
  add_link_options(-fsanitize=${BURELU_SANITIZE})
endif()

# Common settings of a target of this project. A product and a sum are never contracted to an FMA behind our back
# (-ffp-contract=off): error-free transformations and bitwise comparisons depend on it. Kernels of src/backend/isa ask
# for contraction themselves.
function(burelu_target_options target)
  target_compile_features(${target} PUBLIC cxx_std_20)
  set_target_properties(${target} PROPERTIES CXX_EXTENSIONS OFF)
  set(warnings -Wall -Wextra -Wconversion -Wshadow)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
    list(APPEND warnings -Wno-restrict)  # false alarms on std::string + (GCC bug 105651)
  endif()
  # A compiler that these sources were not tried with only warns: the build of a user must not end with that.
  if(BURELU_WERROR AND NOT (CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_GREATER_EQUAL 14))
    list(APPEND warnings -Werror)
    if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_GREATER_EQUAL 13)
      list(APPEND warnings -Wno-error=array-bounds -Wno-error=stringop-overflow)  # false alarms in headers of fmt 9
    endif()
  endif()
  foreach(flag IN LISTS warnings ITEMS -ffp-contract=off)
    target_compile_options(${target} PRIVATE $<$<COMPILE_LANGUAGE:CXX>:${flag}>)
  endforeach()
endfunction()
