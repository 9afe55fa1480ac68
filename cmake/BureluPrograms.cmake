# The two programs at the top of the build folder. All but main.cpp is an object library, so that tests reach it. Without
# BURELU_PROGRAMS what is left of them is the checker's object library, for the Python package.

# burelu_add_parts(<target> <sources> <libraries...>)
function(burelu_add_parts parts sources)
  add_library(${parts} OBJECT ${sources})
  burelu_target_options(${parts})
  set_target_properties(${parts} PROPERTIES POSITION_INDEPENDENT_CODE ON)
  target_include_directories(${parts} PUBLIC "${PROJECT_SOURCE_DIR}/src" "${PROJECT_SOURCE_DIR}/include"
                                             "${BURELU_GENERATED_DIR}/include")
  target_link_libraries(${parts} PUBLIC ${ARGN})
endfunction()

# burelu_add_program(<name of the file> <target> <parts target> <folder> <libraries...>)
function(burelu_add_program output target parts folder)
  file(GLOB sources CONFIGURE_DEPENDS "${folder}/*.cpp")
  set(main "${folder}/main.cpp")
  if(NOT main IN_LIST sources)
    message(STATUS "Program ${output}: left out (${main} does not exist)")
    return()
  endif()
  list(REMOVE_ITEM sources "${main}")
  add_executable(${target} "${main}")
  burelu_target_options(${target})
  target_include_directories(${target} PRIVATE "${PROJECT_SOURCE_DIR}/src" "${PROJECT_SOURCE_DIR}/include"
                                               "${BURELU_GENERATED_DIR}/include")
  target_link_libraries(${target} PRIVATE ${ARGN})
  set_target_properties(${target} PROPERTIES OUTPUT_NAME ${output}
                        RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}" INSTALL_RPATH_USE_LINK_PATH ON)
  if(sources)
    burelu_add_parts(${parts} "${sources}" ${ARGN})
    target_link_libraries(${target} PRIVATE ${parts})
  endif()
endfunction()

if(NOT BURELU_PROGRAMS)
  file(GLOB sources CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/src/verify/*.cpp")
  list(FILTER sources EXCLUDE REGEX "/main\\.cpp$")
  burelu_add_parts(burelu_verify_parts "${sources}" fmt::fmt nlohmann_json::nlohmann_json)
  return()
endif()
find_package(CLI11 REQUIRED)

# The studies: library code that only the program needs.
file(GLOB study_sources CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/src/study/*.cpp")
add_library(burelu_study STATIC ${study_sources})
burelu_target_options(burelu_study)
target_include_directories(burelu_study PUBLIC "${PROJECT_SOURCE_DIR}/src")
target_link_libraries(burelu_study PUBLIC burelu_formats burelu burelu::blas OpenMP::OpenMP_CXX Threads::Threads fmt::fmt
                                          nlohmann_json::nlohmann_json)

# MPI, which only the program knows.
add_library(burelu_mpi STATIC "${PROJECT_SOURCE_DIR}/src/mpi/launcher.cpp")
burelu_target_options(burelu_mpi)
target_include_directories(burelu_mpi PUBLIC "${PROJECT_SOURCE_DIR}/src")
target_link_libraries(burelu_mpi PUBLIC burelu)
if(BURELU_WITH_MPI)
  target_sources(burelu_mpi PRIVATE "${PROJECT_SOURCE_DIR}/src/mpi/mpi_ranks.cpp")
  target_link_libraries(burelu_mpi PRIVATE MPI::MPI_CXX)
  set_source_files_properties("${PROJECT_SOURCE_DIR}/src/app/crew.cpp" PROPERTIES COMPILE_DEFINITIONS BURELU_WITH_MPI)
endif()

burelu_add_program(burelu burelu_program burelu_app "${PROJECT_SOURCE_DIR}/src/app"
                   burelu_mpi burelu_study burelu_formats burelu burelu::blas OpenMP::OpenMP_CXX CLI11::CLI11 fmt::fmt
                   nlohmann_json::nlohmann_json)

# The checker of certificates shares no code with the solver: it must not link the library.
burelu_add_program(burelu-verify burelu_verify burelu_verify_parts "${PROJECT_SOURCE_DIR}/src/verify"
                   fmt::fmt nlohmann_json::nlohmann_json)
