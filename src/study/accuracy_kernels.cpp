#include "linalg/clock.hpp"
#include "study/accuracy_methods.hpp"
#include "study/accuracy_record.hpp"
#include "study/kernel_regression.hpp"

namespace burelu::study {

std::vector<Record> kernel_records(const AccuracyTask& task, const AccuracyOptions& /*options*/) {
  std::vector<Record> records;
  for (const Kernel kernel : {Kernel::nngp, Kernel::ntk}) {
    const Clock clock;
    const KernelRegression regression(kernel, task.data.train.X, task.data.train.Y, task.gamma);
    const SplitOutputs outputs{regression.predict(task.data.train.X), regression.predict(task.data.test.X)};
    MethodRun run;
    run.method = kernel == Kernel::nngp ? "NNGP" : "NTK";
    run.seconds = clock.seconds();
    records.push_back(paper_record(task, run, outputs));
    records.push_back(honest_record(task, run, outputs));
  }
  return records;
}

}  // namespace burelu::study
