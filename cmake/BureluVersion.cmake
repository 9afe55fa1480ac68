# Configures burelu/version.hpp and the source with what changes from commit to commit (so that only it is recompiled).
set(BURELU_GIT_COMMIT "")
find_package(Git QUIET)
if(Git_FOUND AND EXISTS "${PROJECT_SOURCE_DIR}/.git")
  execute_process(COMMAND "${GIT_EXECUTABLE}" -C "${PROJECT_SOURCE_DIR}" rev-parse --verify --quiet --short=12 HEAD
                  OUTPUT_VARIABLE BURELU_GIT_COMMIT OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
  if(EXISTS "${PROJECT_SOURCE_DIR}/.git/logs/HEAD")
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/.git/logs/HEAD")
  endif()
endif()

if(BURELU_WITH_CUDA)
  set(BURELU_WITH_CUDA_LITERAL true)
  set(BURELU_CUDA_DESCRIPTION "CUDA ${CUDAToolkit_VERSION}, architectures ${CMAKE_CUDA_ARCHITECTURES}")
  string(REPLACE ";" " " BURELU_CUDA_DESCRIPTION "${BURELU_CUDA_DESCRIPTION}")
else()
  set(BURELU_WITH_CUDA_LITERAL false)
  set(BURELU_CUDA_DESCRIPTION "off")
endif()

set(BURELU_GENERATED_DIR "${PROJECT_BINARY_DIR}/generated")
configure_file("${PROJECT_SOURCE_DIR}/include/burelu/version.hpp.in"
               "${BURELU_GENERATED_DIR}/include/burelu/version.hpp" @ONLY)
configure_file("${PROJECT_SOURCE_DIR}/cmake/version.cpp.in" "${BURELU_GENERATED_DIR}/version.cpp" @ONLY)
