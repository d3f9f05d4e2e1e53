#include "broker/identity/registry_watcher.h"

#include <utility>

#include "base/status.h"
#include "broker/identity/errors.h"

namespace amana::identity {

RegistryWatcher::RegistryWatcher(FileSystem& files, std::string registry_path, Listeners listeners)
    : files_(files), registry_path_(std::move(registry_path)), listeners_(std::move(listeners)) {}

RegistryWatcher::~RegistryWatcher() { Stop(); }

absl::StatusOr<std::unique_ptr<RegistryWatcher>> RegistryWatcher::Open(FileSystem& files,
                                                                       std::string registry_path,
                                                                       Listeners listeners) {
  std::unique_ptr<RegistryWatcher> watcher(
      new RegistryWatcher(files, std::move(registry_path), std::move(listeners)));
  Trust trust;
  AMANA_ASSIGN_OR_RETURN(trust.registry, Registry::Load(files, watcher->registry_path_));
  AMANA_ASSIGN_OR_RETURN(trust.revocations,
                         watcher->ReadRevocations(trust.registry->revocations_path()));
  absl::MutexLock lock(&watcher->mu_);
  watcher->current_ = std::make_shared<const Trust>(std::move(trust));
  return watcher;
}

TrustPtr RegistryWatcher::Current() const {
  absl::MutexLock lock(&mu_);
  return current_;
}

bool RegistryWatcher::Poll() {
  absl::MutexLock poll_lock(&poll_mu_);
  const TrustPtr old = Current();
  Trust next = *old;
  next.registry = NewerRegistry(old->registry);
  next.revocations = NewerRevocations(next.registry->revocations_path(), old->revocations);
  if (next.registry == old->registry && next.revocations == old->revocations) return false;
  ++next.generation;
  const auto published = std::make_shared<const Trust>(std::move(next));
  {
    absl::MutexLock lock(&mu_);
    current_ = published;
  }
  listeners_.on_change(published);
  return true;
}

bool RegistryWatcher::NeedsReading(Watch& watch, const std::vector<std::string>& paths) {
  std::vector<FileStamp> stamps = StampFiles(paths);
  const bool same = stamps == watch.stamps;
  if (same && watch.settled) return false;
  watch.settled = same;
  watch.stamps = std::move(stamps);
  return true;
}

std::shared_ptr<const Registry> RegistryWatcher::NewerRegistry(
    const std::shared_ptr<const Registry>& current) {
  if (!NeedsReading(registry_watch_, current->sources())) return current;
  absl::StatusOr<std::shared_ptr<const Registry>> read = Registry::Load(files_, registry_path_);
  if (!read.ok()) {
    Failed(registry_watch_, registry_path_, read.status());
    return current;
  }
  registry_watch_.last_error.clear();
  return (*read)->digest() == current->digest() ? current : *std::move(read);
}

std::shared_ptr<const RevocationList> RegistryWatcher::NewerRevocations(
    const std::string& path, const std::shared_ptr<const RevocationList>& current) {
  if (!NeedsReading(revocations_watch_, {path})) return current;
  absl::StatusOr<std::shared_ptr<const RevocationList>> read = ReadRevocations(path);
  if (read.ok() && !(*read)->Covers(*current)) read = RevocationListShrank();
  if (!read.ok()) {
    healthy_.store(false, std::memory_order_release);
    Failed(revocations_watch_, path, read.status());
    return current;
  }
  revocations_watch_.last_error.clear();
  healthy_.store(true, std::memory_order_release);
  return (*read)->digest() == current->digest() ? current : *std::move(read);
}

absl::StatusOr<std::shared_ptr<const RevocationList>> RegistryWatcher::ReadRevocations(
    const std::string& path) {
  AMANA_ASSIGN_OR_RETURN(const std::string text, files_.Read(path));
  AMANA_ASSIGN_OR_RETURN(RevocationList list, RevocationList::Parse(text));
  return std::make_shared<const RevocationList>(std::move(list));
}

void RegistryWatcher::Failed(Watch& watch, const std::string& file, const absl::Status& status) {
  watch.settled = false;  // the cause may be one that no stamp shows, as too many open files
  errors_.fetch_add(1, std::memory_order_relaxed);
  const std::string message(status.message());
  if (message == watch.last_error) return;
  watch.last_error = message;
  listeners_.on_error(file, status);
}

void RegistryWatcher::Start(absl::Duration interval) {
  thread_ = std::thread([this, interval] {
    while (!StopWithin(interval)) Poll();
  });
}

bool RegistryWatcher::StopWithin(absl::Duration time) {
  absl::MutexLock lock(&mu_);
  return mu_.AwaitWithTimeout(absl::Condition(&stopping_), time);
}

void RegistryWatcher::Stop() {
  {
    absl::MutexLock lock(&mu_);
    stopping_ = true;
  }
  if (thread_.joinable()) thread_.join();
}

}  // namespace amana::identity
