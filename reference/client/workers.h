// The same work on many things, spread over the machine's cores, the results in order as they become ready.
// Each worker makes its own tools once (ciphers are not shared between threads).
// Must not know: what the work is.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <future>
#include <mutex>
#include <thread>
#include <vector>

namespace coffer::client {

template <typename Tools>
class Workers {
 public:
  Workers(unsigned count, std::function<Tools()> make_tools) {
    for (unsigned i = 0; i < count; ++i)
      threads_.emplace_back([this, make_tools] {
        Tools tools = make_tools();
        while (auto job = wait()) job(tools);
      });
  }
  ~Workers() {
    {
      const std::lock_guard lock(mutex_);
      ending_ = true;
    }
    ready_.notify_all();
  }
  Workers(const Workers&) = delete;
  Workers& operator=(const Workers&) = delete;

  /// `work` runs on some worker, with that worker's tools. What it refers to must live until the future is ready.
  template <typename Work>
  auto run(Work work) {
    using Result = std::invoke_result_t<Work, Tools&>;
    auto task = std::make_shared<std::packaged_task<Result(Tools&)>>(std::move(work));
    auto future = task->get_future();
    {
      const std::lock_guard lock(mutex_);
      jobs_.push_back([task](Tools& tools) { (*task)(tools); });
    }
    ready_.notify_one();
    return future;
  }

 private:
  using Job = std::function<void(Tools&)>;

  /// Empty when the workers end; what is still queued is then dropped, and its futures are broken.
  Job wait() {
    std::unique_lock lock(mutex_);
    ready_.wait(lock, [this] { return ending_ || !jobs_.empty(); });
    if (ending_) return {};
    Job job = std::move(jobs_.front());
    jobs_.pop_front();
    return job;
  }

  std::mutex mutex_;
  std::condition_variable ready_;
  std::deque<Job> jobs_;
  bool ending_ = false;
  std::vector<std::jthread> threads_;  // last: they use all of the above and are joined first
};

}  // namespace coffer::client
