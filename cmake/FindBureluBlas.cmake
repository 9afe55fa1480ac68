# CBLAS and LAPACKE over OpenBLAS, the OpenMP variant where it is installed: its threads are then the ones the solver
# uses. Defines the target burelu::blas and BureluBlas_FOUND. Set BURELU_BLAS_ROOT to look elsewhere first.
#
# Debian keeps each variant in a folder of its own (<multiarch>/openblas-openmp) and LAPACKE in a library apart; the
# upstream OpenBLAS has all in one.
find_library(BURELU_OPENBLAS_LIBRARY NAMES openblas HINTS ${BURELU_BLAS_ROOT} PATH_SUFFIXES
             openblas-openmp lib/openblas-openmp lib openblas openblas-pthread)
find_path(BURELU_CBLAS_INCLUDE_DIR NAMES cblas.h HINTS ${BURELU_BLAS_ROOT} PATH_SUFFIXES
          openblas-openmp include/openblas-openmp include openblas openblas-pthread)
find_path(BURELU_LAPACKE_INCLUDE_DIR NAMES lapacke.h HINTS ${BURELU_BLAS_ROOT} PATH_SUFFIXES
          include openblas lapacke)
find_library(BURELU_LAPACKE_LIBRARY NAMES lapacke HINTS ${BURELU_BLAS_ROOT} PATH_SUFFIXES lib)
mark_as_advanced(BURELU_OPENBLAS_LIBRARY BURELU_CBLAS_INCLUDE_DIR BURELU_LAPACKE_INCLUDE_DIR BURELU_LAPACKE_LIBRARY)

# Without a library of its own, LAPACKE must be inside OpenBLAS.
set(burelu_lapacke_library "${BURELU_LAPACKE_LIBRARY}")
if(NOT burelu_lapacke_library AND BURELU_OPENBLAS_LIBRARY)
  include(CheckLibraryExists)
  check_library_exists("${BURELU_OPENBLAS_LIBRARY}" LAPACKE_dpotrf "" BURELU_LAPACKE_IN_OPENBLAS)
  if(BURELU_LAPACKE_IN_OPENBLAS)
    set(burelu_lapacke_library "${BURELU_OPENBLAS_LIBRARY}")
  endif()
endif()

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(BureluBlas
  REQUIRED_VARS BURELU_OPENBLAS_LIBRARY BURELU_CBLAS_INCLUDE_DIR burelu_lapacke_library BURELU_LAPACKE_INCLUDE_DIR
  REASON_FAILURE_MESSAGE "Debian and Ubuntu: apt install libopenblas-openmp-dev liblapacke-dev")

if(BureluBlas_FOUND AND NOT TARGET burelu::blas)
  add_library(burelu::blas INTERFACE IMPORTED)
  set_target_properties(burelu::blas PROPERTIES
    INTERFACE_INCLUDE_DIRECTORIES "${BURELU_CBLAS_INCLUDE_DIR};${BURELU_LAPACKE_INCLUDE_DIR}"
    INTERFACE_LINK_LIBRARIES "${burelu_lapacke_library};${BURELU_OPENBLAS_LIBRARY}")
endif()
