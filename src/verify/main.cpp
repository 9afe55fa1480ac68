// burelu-verify: checks the certificate of a lower bound against the data it is for. Shares no code with the solver.
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <new>
#include <string>
#include <vector>

#include "verify/check.hpp"

namespace {

constexpr const char* kUsage =
    "usage: burelu-verify CERTIFICATE DATA.csv [--gamma G]\n"
    "Re-derives the lower bound of CERTIFICATE from the data (columns x0,x1,...,y0,y1,... or x0,...,label, as written\n"
    "by `burelu bound DATA --certificate FILE --save-data DATA.csv`) and checks it with every rounding error "
    "included.\n"
    "  --gamma G   also require that the certificate is for this weight\n"
    "exit code: 0 proven, 1 not proven, 2 usage, 3 a file cannot be read, 6 out of memory\n";

int usage(const char* problem) {
  std::fprintf(stderr, "burelu-verify: %s\n%s", problem, kUsage);
  return 2;
}

int verify(const std::string& certificate, const std::string& table, const char* gamma) {
  using namespace burelu::verify;
  const Claim claim = read_claim(certificate);
  const Data data = read_data(table);
  if (gamma != nullptr && std::strtod(gamma, nullptr) != claim.gamma) {
    std::printf("NOT PROVEN: the certificate is for gamma = %.17g\n", claim.gamma);
    return 1;
  }
  const Verdict verdict = check(data, claim);
  if (!verdict.valid) {
    std::printf("NOT PROVEN: %s\n", verdict.reason.c_str());
    return 1;
  }
  std::printf("PROVEN: no network of any width has an objective below %.17g\n", verdict.lower_bound);
  if (claim.branched) std::printf("  by branch and bound: %zu cells\n", verdict.cells);
  std::printf("  claimed %.17g, gamma %.17g, %zu rows, %zu features, %zu outputs, %zu multipliers\n", claim.lower_bound,
              claim.gamma, data.X.rows, data.X.cols, data.Y.cols, claim.pairs.size());
  return 0;
}

/// A verdict that nobody could read is none.
int spoken(int code) {
  if (std::fflush(stdout) == 0) return code;
  std::fprintf(stderr, "burelu-verify: cannot write to standard output\n");
  return 3;
}

}  // namespace

int main(int argc, char** argv) {
  std::vector<std::string> files;
  const char* gamma = nullptr;
  for (int k = 1; k < argc; ++k) {
    if (std::strcmp(argv[k], "--help") == 0 || std::strcmp(argv[k], "-h") == 0) {
      std::fputs(kUsage, stdout);
      return spoken(0);
    }
    if (std::strncmp(argv[k], "--gamma=", 8) == 0) {
      gamma = argv[k] + 8;
    } else if (std::strcmp(argv[k], "--gamma") == 0) {
      if (++k == argc) return usage("--gamma needs a number");
      gamma = argv[k];
    } else if (argv[k][0] == '-' && argv[k][1] != '\0') {
      return usage((std::string("unknown option ") + argv[k]).c_str());
    } else {
      files.emplace_back(argv[k]);
    }
  }
  if (files.size() != 2) return usage("name a certificate and a data file");
  if (gamma != nullptr) {
    char* end = nullptr;
    if (!(std::strtod(gamma, &end) > 0.0) || *end != '\0') return usage("--gamma needs a positive number");
  }
  try {
    return spoken(verify(files[0], files[1], gamma));
  } catch (const burelu::verify::FileError& error) {
    std::fprintf(stderr, "burelu-verify: %s\n", error.what());
    return 3;
  } catch (const std::bad_alloc&) {
    std::fprintf(stderr, "burelu-verify: not enough memory\n");
    return 6;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "burelu-verify: %s\n", error.what());
    return 3;
  }
}
