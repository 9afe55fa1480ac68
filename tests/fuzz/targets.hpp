// One function per reader: takes any bytes, and either reads them or throws `DataError`. Anything else is a finding.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace burelu::fuzz {

struct Target {
  std::string_view name;  ///< also of its folder in corpus/
  void (*run)(const std::string& bytes);
};

/// csv, npy, npz, libsvm, idx, gzip, safetensors, npz_model, onnx, certificate.
const std::vector<Target>& targets();

}  // namespace burelu::fuzz
