// Streams and graphs of the host double: work is recorded and replayed.
#include <utility>

#include "state.hpp"

using burelu::cuda_double::counters;
using burelu::cuda_double::push;
using burelu::cuda_double::state;

cudaError_t cudaStreamCreateWithFlags(cudaStream_t* stream, unsigned) {
  *stream = new DoubleStream;  // NOLINT: released in cudaStreamDestroy
  (*stream)->device = state().current;
  return cudaSuccess;
}
cudaError_t cudaStreamDestroy(cudaStream_t stream) {
  for (const auto& work : stream->queue) work();
  delete stream;  // NOLINT
  return cudaSuccess;
}
cudaError_t cudaStreamSynchronize(cudaStream_t stream) {
  if (stream->recorded) return cudaErrorStreamCaptureUnsupported;
  counters().waits += 1;
  if (state().dead) return cudaErrorLaunchFailure;
  for (const auto& work : std::exchange(stream->queue, {})) work();
  return std::exchange(state().error, cudaSuccess);
}
// Work is done by the second look.
cudaError_t cudaStreamQuery(cudaStream_t stream) {
  if (stream->recorded) return cudaErrorStreamCaptureUnsupported;
  if (state().dead) return cudaErrorLaunchFailure;
  if (stream->queue.empty()) return std::exchange(state().error, cudaSuccess);
  for (const auto& work : std::exchange(stream->queue, {})) work();
  return cudaErrorNotReady;
}
cudaError_t cudaStreamBeginCapture(cudaStream_t stream, cudaStreamCaptureMode) {
  stream->recorded = std::make_unique<Queue>();
  return cudaSuccess;
}
cudaError_t cudaStreamEndCapture(cudaStream_t stream, cudaGraph_t* graph) {
  *graph = new DoubleGraph{std::shared_ptr<const Queue>(std::move(stream->recorded))};  // NOLINT
  counters().graphs += 1;
  return cudaSuccess;
}
cudaError_t cudaGraphInstantiate(cudaGraphExec_t* exec, cudaGraph_t graph, unsigned long long) {
  *exec = new DoubleGraph(*graph);  // NOLINT
  return cudaSuccess;
}
cudaError_t cudaGraphLaunch(cudaGraphExec_t exec, cudaStream_t stream) {
  if (state().dead) return cudaErrorLaunchFailure;
  counters().replays += 1;
  push(stream, [work = exec->work] {
    for (const auto& one : *work) one();
  });
  return cudaSuccess;
}
cudaError_t cudaGraphDestroy(cudaGraph_t graph) {
  delete graph;  // NOLINT
  return cudaSuccess;
}
cudaError_t cudaGraphExecDestroy(cudaGraphExec_t exec) { return cudaGraphDestroy(exec); }
