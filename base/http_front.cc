#include "base/http_front.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <utility>

namespace amana::http {
namespace {

// For one who is told to go and has not read it yet.
constexpr std::chrono::seconds kLinger(1);
constexpr size_t kMaxDiscarded = size_t{1} << 20;

Moment Now() { return std::chrono::steady_clock::now(); }

}  // namespace

Front::Front(const FrontOptions& options, Work work)
    : options_(options), work_(std::move(work)), wake_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  threads_.emplace_back([this] { Watch(); });
  for (size_t i = 0; i < options_.threads; ++i) threads_.emplace_back([this] { Serve(); });
}

Front::~Front() {
  Stop();
  close(wake_);
}

void Front::Wake() {
  const uint64_t one = 1;
  // It fails only where it is awake already.
  if (write(wake_, &one, sizeof(one)) < 0) return;
}

void Front::Add(std::unique_ptr<Connection> connection) {
  {
    absl::MutexLock lock(&mutex_);
    if (stopping_) return;
    arrivals_.push_back({std::move(connection), Arrival::kNew});
  }
  Wake();
}

void Front::Stop() {
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
  }
  Wake();
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
  absl::MutexLock lock(&mutex_);
  arrivals_.clear();
}

void Front::Watch() {
  while (Adopt()) {
    Poll();
    for (Place& place : places_) {
      if (place.connection != nullptr && place.until <= Now()) Expire(place);
    }
  }
  places_.clear();
  absl::MutexLock lock(&mutex_);
  ready_.clear();
}

// Takes in who came and who came back. False: it is time to stop.
bool Front::Adopt() {
  std::vector<Arrival> arrivals;
  {
    absl::MutexLock lock(&mutex_);
    if (stopping_) return false;
    arrivals.swap(arrivals_);
  }
  for (Arrival& arrival : arrivals) Seat(std::move(arrival));
  std::erase_if(places_, [](const Place& place) { return place.connection == nullptr; });
  while (all_open_ > static_cast<int64_t>(options_.max_connections) && MakeRoom()) {
  }
  return true;
}

void Front::Seat(Arrival arrival) {
  if (arrival.as == Arrival::kNew) Count(*arrival.connection, 1);
  Place& place = places_.emplace_back();
  place.connection = std::move(arrival.connection);
  if (arrival.as == Arrival::kLeaving) return Leave(place);
  place.idle = arrival.as == Arrival::kKept;
  place.until = Now() + (place.idle ? options_.idle_timeout : options_.head_timeout);
  Move(place);
}

// Takes one from the address with the most of them: what has waited longest for a head, or else
// came last of what waits for a thread. False: all are being answered.
bool Front::MakeRoom() {
  const auto crowd = [this](const Connection& one) { return open_.at(one.peer()); };
  const auto place =
      std::max_element(places_.begin(), places_.end(), [&](const Place& one, const Place& other) {
        return crowd(*one.connection) < crowd(*other.connection);
      });
  absl::MutexLock lock(&mutex_);
  const auto ready = std::max_element(
      ready_.rbegin(), ready_.rend(),
      [&](const auto& one, const auto& other) { return crowd(*one) < crowd(*other); });
  if (place == places_.end() && ready == ready_.rend()) return false;
  if (ready == ready_.rend() ||
      (place != places_.end() && crowd(*place->connection) >= crowd(**ready))) {
    Drop(*place);
    places_.erase(place);
  } else {
    Count(**ready, -1);
    ready_.erase(std::next(ready).base());
  }
  return true;
}

void Front::Poll() {
  std::vector<pollfd> polled = {{wake_, POLLIN, 0}};
  Moment until = Now() + std::chrono::minutes(1);
  for (const Place& place : places_) {
    polled.push_back({place.connection->socket(), place.events, 0});
    until = std::min(until, place.until);
  }
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - Now());
  if (poll(polled.data(), polled.size(), static_cast<int>(std::max(left.count(), int64_t{0}))) <=
      0) {
    return;
  }
  uint64_t woken = 0;
  if (polled[0].revents != 0 && read(wake_, &woken, sizeof(woken)) < 0) return;
  for (size_t i = 0; i < places_.size(); ++i) {
    if (polled[i + 1].revents != 0) Move(places_[i]);
  }
}

void Front::Move(Place& place) {
  if (place.leaving) {
    const Connection::Io io = place.connection->Discard();
    place.discarded += io.size;
    const bool over = io.size == 0 && io.wait == 0;
    if (over || place.discarded > kMaxDiscarded) Drop(place);
    return;
  }
  const Connection::Step step = place.connection->Gather();
  if (place.idle && place.connection->begun()) {
    place.idle = false;
    place.until = Now() + options_.head_timeout;
  }
  switch (step) {
    case Connection::Step::kRead:
      place.events = POLLIN;
      return;
    case Connection::Step::kWrite:
      place.events = POLLOUT;
      return;
    case Connection::Step::kHead: {
      absl::MutexLock lock(&mutex_);
      ready_.push_back(std::move(place.connection));
      return;
    }
    case Connection::Step::kTooLarge:
      return Refuse(place, 431, "Request Header Fields Too Large");
    case Connection::Step::kGone:
      return Leave(place);
  }
}

void Front::Expire(Place& place) {
  if (place.leaving) return Drop(place);
  if (place.connection->begun()) return Refuse(place, 408, "Request Timeout");
  Leave(place);
}

void Front::Refuse(Place& place, int status, const char* reason) {
  const std::string answer = "HTTP/1.1 " + std::to_string(status) + " " + reason +
                             "\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";
  // Its first answer or after others that were read: there is room for it, or it is not worth one.
  place.connection->Write(answer.data(), answer.size());
  Leave(place);
}

// To close at once would take back what the other side has not read.
void Front::Leave(Place& place) {
  place.connection->TakeLeave();
  place.leaving = true;
  place.events = POLLIN;
  place.until = Now() + kLinger;
}

void Front::Drop(Place& place) {
  Count(*place.connection, -1);
  place.connection.reset();
}

void Front::Count(const Connection& connection, int more) {
  const auto open = open_.try_emplace(connection.peer(), 0).first;
  open->second += more;
  all_open_ += more;
  if (open->second == 0) open_.erase(open);
}

bool Front::MayWork(const Connection& connection) const {
  const auto busy = busy_.find(connection.peer());
  if (busy == busy_.end()) return true;
  size_t most = options_.per_peer;
  if (most == 0) most = connection.same_machine() ? options_.threads : (options_.threads + 1) / 2;
  return busy->second < most;
}

bool Front::MayBegin() const {
  return stopping_ || std::any_of(ready_.begin(), ready_.end(), [this](const auto& one) {
           mutex_.AssertHeld();
           return MayWork(*one);
         });
}

void Front::Serve() {
  while (true) {
    std::unique_ptr<Connection> connection;
    {
      absl::MutexLock lock(&mutex_);
      mutex_.Await(absl::Condition(this, &Front::MayBegin));
      if (stopping_) return;
      const auto next = std::find_if(ready_.begin(), ready_.end(), [this](const auto& one) {
        mutex_.AssertHeld();
        return MayWork(*one);
      });
      connection = std::move(*next);
      ready_.erase(next);
      ++busy_[connection->peer()];
    }
    const bool kept = work_(*connection);
    {
      absl::MutexLock lock(&mutex_);
      const auto busy = busy_.find(connection->peer());
      if (--busy->second == 0) busy_.erase(busy);
      arrivals_.push_back({std::move(connection), kept ? Arrival::kKept : Arrival::kLeaving});
    }
    Wake();
  }
}

}  // namespace amana::http
