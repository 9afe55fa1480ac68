// burelu: two-layer ReLU networks trained to certified quality. Includes the whole public interface.
#pragma once

#include "burelu/certificate.hpp"
#include "burelu/errors.hpp"
#include "burelu/export.hpp"
#include "burelu/gamma_max.hpp"
#include "burelu/matrix.hpp"
#include "burelu/network.hpp"
#include "burelu/options.hpp"
#include "burelu/path.hpp"
#include "burelu/problem.hpp"
#include "burelu/result.hpp"
#include "burelu/solve.hpp"
#include "burelu/version.hpp"
