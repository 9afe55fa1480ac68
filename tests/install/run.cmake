# Install, configure the consumer against the prefix, build it, run it. Any step that fails ends the test.
function(step)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE result)
  if(NOT result EQUAL 0)
    list(JOIN ARGN " " words)
    message(FATAL_ERROR "failed (${result}): ${words}")
  endif()
endfunction()

set(work "${BUILD_DIR}/install_test")
file(REMOVE_RECURSE "${work}")
step("${CMAKE_COMMAND}" --install "${BUILD_DIR}" --config "${CONFIG}" --prefix "${work}/prefix")
step("${CMAKE_COMMAND}" -S "${CONSUMER_DIR}" -B "${work}/build" -G "${GENERATOR}"
     "-DCMAKE_PREFIX_PATH=${work}/prefix" "-DCMAKE_BUILD_TYPE=${CONFIG}" "-DCMAKE_CXX_COMPILER=${CXX_COMPILER}"
     "-DCMAKE_CXX_COMPILER_LAUNCHER=${LAUNCHER}" "-DBURELU_EXPECTED_VERSION=${VERSION}")
step("${CMAKE_COMMAND}" --build "${work}/build" --config "${CONFIG}")
step("${work}/build/consumer")
