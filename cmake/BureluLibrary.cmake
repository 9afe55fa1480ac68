# The library: the rooms of src/ down to the driver, one translation unit per instruction set, and cuda/ where it is on.
# Programs, tests and the Python package link the archive `burelu`, whose inside they know. burelu::burelu, which is
# installed, is that archive, or with BUILD_SHARED_LIBS a shared library of it that shows the public interface alone.
# Data files and models, with zlib, minizip and fmt, are the archive `burelu_formats`, which the library does not need:
# of the formats the public interface has certificates alone.
set(src "${PROJECT_SOURCE_DIR}/src")
file(GLOB_RECURSE burelu_sources CONFIGURE_DEPENDS "${src}/*.cpp")
list(FILTER burelu_sources EXCLUDE REGEX "^${src}/(study|mpi|app|verify)/")
set(burelu_format_sources ${burelu_sources})
list(FILTER burelu_format_sources INCLUDE REGEX "^${src}/(formats|data|model|report)/")
list(FILTER burelu_format_sources EXCLUDE REGEX "/(certificate_file|plain_file|output_file)\\.cpp$")
list(REMOVE_ITEM burelu_sources ${burelu_format_sources})
foreach(level baseline avx2 avx512)
  set(burelu_${level} ${burelu_sources})
  list(FILTER burelu_${level} INCLUDE REGEX "/isa/[^/]*_${level}\\.cpp$")
endforeach()
list(FILTER burelu_sources EXCLUDE REGEX "/isa/[^/]*_avx(2|512)\\.cpp$")

add_library(burelu STATIC ${burelu_sources} "${BURELU_GENERATED_DIR}/version.cpp")
burelu_target_options(burelu)
set_target_properties(burelu PROPERTIES POSITION_INDEPENDENT_CODE ON CXX_VISIBILITY_PRESET hidden
                                        CUDA_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON)
target_include_directories(burelu
  PUBLIC "$<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include>" "$<BUILD_INTERFACE:${BURELU_GENERATED_DIR}/include>"
         "$<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>"
  PRIVATE "${src}")
target_link_libraries(burelu PRIVATE burelu::blas OpenMP::OpenMP_CXX Threads::Threads
                                     $<BUILD_INTERFACE:nlohmann_json::nlohmann_json>)

add_library(burelu_formats STATIC ${burelu_format_sources})
burelu_target_options(burelu_formats)
set_target_properties(burelu_formats PROPERTIES POSITION_INDEPENDENT_CODE ON CXX_VISIBILITY_PRESET hidden
                                                VISIBILITY_INLINES_HIDDEN ON)
target_include_directories(burelu_formats PRIVATE "${src}")
target_link_libraries(burelu_formats PUBLIC burelu fmt::fmt burelu::zip nlohmann_json::nlohmann_json
                                     PRIVATE OpenMP::OpenMP_CXX)

# Kernels choose their instruction set at run time (no -march=native: the library runs where it was not built).
# Contraction to FMA is wanted in them; the flag comes after the target's and wins.
set_source_files_properties(${burelu_baseline} PROPERTIES COMPILE_OPTIONS "-ffp-contract=fast")
if(CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|AMD64|amd64)$")
  target_sources(burelu PRIVATE ${burelu_avx2} ${burelu_avx512})
  target_compile_definitions(burelu PRIVATE BURELU_X86_DISPATCH)
  set_source_files_properties(${burelu_avx2} PROPERTIES COMPILE_OPTIONS "-mavx2;-mfma;-ffp-contract=fast")
  set_source_files_properties(${burelu_avx512} PROPERTIES COMPILE_OPTIONS
    "-mavx512f;-mavx512dq;-mavx512vl;-mfma;-mprefer-vector-width=512;-ffp-contract=fast")
endif()

if(BURELU_WITH_CUDA)
  # One file asks: all others compile alike with and without the toolkit.
  set_source_files_properties("${src}/driver/devices.cpp" PROPERTIES COMPILE_DEFINITIONS BURELU_WITH_CUDA)
  add_subdirectory("${PROJECT_SOURCE_DIR}/cuda")
endif()

add_library(burelu_shared SHARED EXCLUDE_FROM_ALL "${BURELU_GENERATED_DIR}/shared.cpp")
file(CONFIGURE OUTPUT "${BURELU_GENERATED_DIR}/shared.cpp" CONTENT "// A library needs a source of its own.\n")
burelu_target_options(burelu_shared)
target_include_directories(burelu_shared
  INTERFACE "$<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include>" "$<BUILD_INTERFACE:${BURELU_GENERATED_DIR}/include>"
            "$<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>")
target_link_libraries(burelu_shared PRIVATE $<BUILD_INTERFACE:$<LINK_LIBRARY:WHOLE_ARCHIVE,burelu>>)
if(NOT BURELU_SANITIZE)  # whose runtime only a program has
  target_link_options(burelu_shared PRIVATE "LINKER:--no-undefined")  # nothing of burelu_formats is asked for
endif()
set_target_properties(burelu_shared PROPERTIES
  OUTPUT_NAME burelu EXPORT_NAME burelu LINKER_LANGUAGE CXX LIBRARY_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/shared"
  VERSION ${PROJECT_VERSION} SOVERSION ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR})
if(BUILD_SHARED_LIBS)
  set_target_properties(burelu_shared PROPERTIES EXCLUDE_FROM_ALL OFF)
  set(burelu_public burelu_shared)
else()
  set(burelu_public burelu)
endif()
add_library(burelu::burelu ALIAS ${burelu_public})
