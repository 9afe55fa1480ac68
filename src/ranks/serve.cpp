#include "ranks/serve.hpp"

#include <vector>

#include "ranks/lead.hpp"
#include "ranks/orders.hpp"

namespace burelu {
namespace {

/// What went wrong, in a line of its own kind; empty where nothing did.
template <class Work>
std::string failure_of(const Work& work) {
  try {
    work();
    return {};
  } catch (const RanksLost&) {
    throw;
  } catch (const std::exception& error) {
    return error.what();
  }
}

class Server {
 public:
  Server(Ranks& ranks, const DeviceFinder& find, const Jobs& jobs, int threads)
      : ranks_(ranks), find_(find), jobs_(jobs), threads_(threads) {}

  void run() {
    for (;;) {
      BytesReader in(told(ranks_, {}));
      Order order{};
      std::int32_t number = 0;
      in.value(order);
      in.value(number);
      if (order == Order::end) return;
      follow(order, number, in);
    }
  }

 private:
  void follow(Order order, std::int32_t number, BytesReader& in) {
    switch (order) {
      case Order::device:
        return find_device(in);
      case Order::make:
        return make(number, in);
      case Order::drop:
        backends_.erase(number);
        return;
      case Order::job:
        return job(in);
      default:
        return use(order, *backends_.at(number), in);
    }
  }

  void find_device(BytesReader& in) {
    std::string name;
    in.text(name);
    ranks_.collect(failure_of([&] { device_ = find_(name); }));
  }

  void make(std::int32_t number, BytesReader& in) {
    RelaxationData data;
    BackendOptions options;
    exchange(in, data);
    in.value(options.memory);
    in.value(options.sigma);
    in.value(options.pairs);
    in.value(options.rank);
    options.threads = threads_;
    options.ranks = &ranks_;
    ranks_.collect(failure_of([&] { backends_[number] = device_->relaxation(data, options); }));
  }

  void job(BytesReader& in) {
    std::string name;
    std::string request;
    in.text(name);
    in.text(request);
    request += ranks_.swap(std::vector<std::string>(static_cast<std::size_t>(ranks_.size())))[0];
    BytesWriter out;
    std::string answer;
    std::string failure = failure_of([&] { answer = jobs_.at(name)(*device_, request); });
    out.text(failure);
    out.text(answer);
    ranks_.collect(out.bytes());
  }

  static void use(Order order, Backend& backend, BytesReader& in) {
    Snapshot unread;
    BackendState state;
    switch (order) {
      case Order::repeat: {
        std::int32_t times = 0;
        std::vector<std::uint8_t> verbs;
        in.value(times);
        in.list(verbs);
        return perform(backend, times, verbs);
      }
      case Order::set: {
        Settings settings;
        in.value(settings);
        return backend.set(settings);
      }
      case Order::write_point: {
        Matrix Shat;
        Matrix Ut;
        in.matrix(Shat);
        in.matrix(Ut);
        return backend.write_point(Shat, Ut);
      }
      case Order::write_multipliers: {
        std::vector<Multiplier> pairs;
        in.list(pairs);
        return backend.write_multipliers(pairs);
      }
      case Order::read: {
        unsigned what = 0;
        in.value(what);
        return backend.read(unread, what);
      }
      case Order::save:
        return backend.save(state);
      case Order::load:
        exchange(in, state);
        return backend.load(state);
      default:
        throw DeviceError("rank 0 is of another version of burelu");
    }
  }

  Ranks& ranks_;
  const DeviceFinder& find_;
  const Jobs& jobs_;
  const int threads_;
  std::shared_ptr<const Device> device_;
  std::map<std::int32_t, std::unique_ptr<Backend>> backends_;
};

}  // namespace

void serve(Ranks& ranks, const DeviceFinder& find, const Jobs& jobs, int threads) {
  Server(ranks, find, jobs, threads).run();
}

}  // namespace burelu
