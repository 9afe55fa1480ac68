// See listener.hpp.
#include "listener.hpp"

namespace burelu_python {

void Listener::attach(burelu::SolveOptions& options) {
  options.stop = [this] { return stopped(); };
  if (!progress_.is_none()) options.progress = [this](const burelu::Progress& progress) { return tell(progress); };
}

void Listener::finish() {
  check_signals();
  if (error_) throw std::move(*error_);
}

void Listener::finish_whole() {
  finish();
  if (interrupt_) throw std::move(*interrupt_);
}

bool Listener::stopped() {
  if (std::this_thread::get_id() != caller_) return stop_;
  const Clock::time_point now = Clock::now();
  if (now - asked_ < std::chrono::milliseconds(50)) return stop_;
  asked_ = now;
  listen();
  return stop_;
}

void Listener::listen() {
  const nb::gil_scoped_acquire lock;
  check_signals();
}

void Listener::hear(const nb::object& answer) {
  if (answer.is(nb::handle(Py_False))) stop_ = true;
}

void Listener::check_signals() {
  if (PyErr_CheckSignals() != 0) take(nb::python_error());
}

void Listener::take(nb::python_error error) {
  stop_ = true;
  if (!interrupt_ && error.matches(PyExc_KeyboardInterrupt)) {
    interrupt_.emplace(std::move(error));
  } else if (!error_) {
    error_.emplace(std::move(error));
  }
}

}  // namespace burelu_python
