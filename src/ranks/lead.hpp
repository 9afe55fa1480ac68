// Rank 0's side: it runs the program, and the other ranks do what it tells them (serve.hpp). All decisions, files and
// messages are its own, so that ranks cannot part ways.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "ranks/ranks.hpp"
#include "seam/bytes_archive.hpp"
#include "seam/device.hpp"

namespace burelu {

enum class Order : std::int32_t;

class Lead {
 public:
  /// `ranks` must outlive it. Only the thread that made it leads.
  explicit Lead(Ranks& ranks) : ranks_(ranks), thread_(std::this_thread::get_id()) {}
  /// Tells the others that nothing more will come, unless they are lost.
  ~Lead();
  Lead(const Lead&) = delete;
  Lead& operator=(const Lead&) = delete;

  int size() const { return ranks_.size(); }
  /// False in other threads, and once a rank is lost: they work alone.
  bool leads() const { return !lost_ && std::this_thread::get_id() == thread_; }
  bool lost() const { return lost_; }
  Ranks& ranks() { return ranks_; }

  /// Every rank makes this device (devices.hpp), which relaxations then use. Throws `DeviceError`, naming the rank,
  /// where one has none.
  std::shared_ptr<const Device> device(const std::string& name, std::shared_ptr<const Device> local);

  /// A request for each rank, this one's with `own`, side by side; the answers by ranks. `common` goes before the
  /// requests of the others. Where some fail, the first failure in their order is thrown, after all have answered.
  std::vector<std::string> work(const std::string& job, const std::vector<std::string>& requests,
                                const std::function<std::string(const std::string&)>& own, std::string common = {});

  /// Says an order, and does this rank's part of it. An exception of it leaves the others waiting: they are lost then.
  void order(const BytesWriter& message, const std::function<void()>& own);
  /// The beginning of a message.
  static BytesWriter message(Order order, std::int32_t backend = 0);
  /// Of the backends that are there.
  std::int32_t next_number() { return ++last_number_; }
  /// All ranks say in one line what went wrong, or nothing; the first that something did, or an empty line.
  std::string first_failure(const std::string& own);

 private:
  Ranks& ranks_;
  std::thread::id thread_;
  std::int32_t last_number_ = 0;
  bool lost_ = false;
  std::string device_;
};

}  // namespace burelu
