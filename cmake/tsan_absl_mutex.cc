// Tells ThreadSanitizer about absl::Mutex. Debian's libabsl is built without it, so every field
// that an absl::Mutex guards would look like a race. This library comes before libabsl in the
// preset `tsan`, takes the calls and passes them on, between the annotations that an instrumented
// Abseil would make. Conditions run inside the annotations and are therefore not themselves
// checked.
//
// Bound to absl 20220623 as Debian 12 has it: mangled names and the writer bit of Mutex::mu_.
#include <dlfcn.h>
#include <sanitizer/tsan_interface.h>

#include <atomic>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <type_traits>

#include "absl/synchronization/blocking_counter.h"
#include "absl/synchronization/mutex.h"
#include "absl/synchronization/notification.h"
#include "absl/time/time.h"

#define AMANA_MUTEX(rest) "_ZN4absl7debian35Mutex" rest
#define AMANA_NOTIFICATION(rest) "4absl7debian312Notification" rest
#define AMANA_COUNTER(rest) "_ZN4absl7debian315BlockingCounter" rest
#define AMANA_CONDVAR(rest) "_ZN4absl7debian37CondVar" rest
#define AMANA_CONDITION "ERKNS0_9ConditionE"

namespace {

using absl::BlockingCounter;
using absl::Condition;
using absl::CondVar;
using absl::Duration;
using absl::Mutex;
using absl::Notification;
using absl::Time;

template <typename Function>
Function* Real(const char* name) {
  void* symbol = dlsym(RTLD_NEXT, name);
  if (symbol == nullptr) {
    std::fprintf(stderr, "tsan_absl_mutex: libabsl has no %s\n", name);
    std::abort();
  }
  return reinterpret_cast<Function*>(symbol);
}

constexpr unsigned kWrite = 0;
constexpr unsigned kRead = __tsan_mutex_read_lock;
constexpr unsigned kTry = __tsan_mutex_try_lock;

unsigned HeldAs(Mutex* mu) {
  constexpr intptr_t kMuWriter = 0x0008;
  return reinterpret_cast<std::atomic<intptr_t>*>(mu)->load() & kMuWriter ? kWrite : kRead;
}

// Abseil calls some of these functions from others of them (a timeout becomes a deadline): only the
// outermost call is annotated.
thread_local bool inside = false;

template <typename Call>
auto Inside(Call call) {
  struct Scope {
    Scope() { inside = true; }
    ~Scope() { inside = false; }
  } scope;
  return call();
}

template <typename Call>
auto Locking(Mutex* mu, unsigned how, Call call) {
  if (inside) return call();
  __tsan_mutex_pre_lock(mu, how);
  if constexpr (std::is_void_v<decltype(call())>) {
    Inside(call);
    __tsan_mutex_post_lock(mu, how, 0);
  } else {
    const auto result = Inside(call);
    const bool failed = (how & kTry) != 0 && !result;
    __tsan_mutex_post_lock(mu, failed ? how | __tsan_mutex_try_lock_failed : how, 0);
    return result;
  }
}

void Unlocking(Mutex* mu, unsigned how, void (*real)(Mutex*)) {
  if (inside) return real(mu);
  __tsan_mutex_pre_unlock(mu, how);
  Inside([&] { real(mu); });
  __tsan_mutex_post_unlock(mu, how);
}

// Lets the mutex go and takes it again, as it was held.
template <typename Call>
auto Waiting(Mutex* mu, Call call) {
  if (inside) return call();
  const unsigned how = HeldAs(mu);
  __tsan_mutex_pre_unlock(mu, how);
  __tsan_mutex_post_unlock(mu, how);
  return Locking(mu, how, call);
}

}  // namespace

extern "C" {

// Each function below has Abseil's own symbol: NAME is ours, SYMBOL is what callers are linked to.
#define AMANA_INTERPOSE(RETURN, NAME, SYMBOL, ...)    \
  RETURN NAME(__VA_ARGS__) asm(SYMBOL);               \
  static auto Real##NAME() {                          \
    static auto* real = Real<decltype(NAME)>(SYMBOL); \
    return real;                                      \
  }                                                   \
  RETURN NAME(__VA_ARGS__)

AMANA_INTERPOSE(void, Destroy, AMANA_MUTEX("D1Ev"), Mutex* mu) {
  __tsan_mutex_destroy(mu, 0);
  RealDestroy()(mu);
}
AMANA_INTERPOSE(void, Lock, AMANA_MUTEX("4LockEv"), Mutex* mu) {
  Locking(mu, kWrite, [&] { RealLock()(mu); });
}
AMANA_INTERPOSE(void, Unlock, AMANA_MUTEX("6UnlockEv"), Mutex* mu) {
  Unlocking(mu, kWrite, RealUnlock());
}
AMANA_INTERPOSE(bool, TryLock, AMANA_MUTEX("7TryLockEv"), Mutex* mu) {
  return Locking(mu, kWrite | kTry, [&] { return RealTryLock()(mu); });
}
AMANA_INTERPOSE(void, ReaderLock, AMANA_MUTEX("10ReaderLockEv"), Mutex* mu) {
  Locking(mu, kRead, [&] { RealReaderLock()(mu); });
}
AMANA_INTERPOSE(void, ReaderUnlock, AMANA_MUTEX("12ReaderUnlockEv"), Mutex* mu) {
  Unlocking(mu, kRead, RealReaderUnlock());
}
AMANA_INTERPOSE(bool, ReaderTryLock, AMANA_MUTEX("13ReaderTryLockEv"), Mutex* mu) {
  return Locking(mu, kRead | kTry, [&] { return RealReaderTryLock()(mu); });
}
AMANA_INTERPOSE(void, LockWhen, AMANA_MUTEX("8LockWhen") AMANA_CONDITION, Mutex* mu,
                const Condition& when) {
  Locking(mu, kWrite, [&] { RealLockWhen()(mu, when); });
}
AMANA_INTERPOSE(void, ReaderLockWhen, AMANA_MUTEX("14ReaderLockWhen") AMANA_CONDITION, Mutex* mu,
                const Condition& when) {
  Locking(mu, kRead, [&] { RealReaderLockWhen()(mu, when); });
}
AMANA_INTERPOSE(bool, LockWhenWithTimeout,
                AMANA_MUTEX("19LockWhenWithTimeout") AMANA_CONDITION "NS0_8DurationE", Mutex* mu,
                const Condition& when, Duration timeout) {
  return Locking(mu, kWrite, [&] { return RealLockWhenWithTimeout()(mu, when, timeout); });
}
AMANA_INTERPOSE(bool, LockWhenWithDeadline,
                AMANA_MUTEX("20LockWhenWithDeadline") AMANA_CONDITION "NS0_4TimeE", Mutex* mu,
                const Condition& when, Time deadline) {
  return Locking(mu, kWrite, [&] { return RealLockWhenWithDeadline()(mu, when, deadline); });
}
AMANA_INTERPOSE(bool, ReaderLockWhenWithTimeout,
                AMANA_MUTEX("25ReaderLockWhenWithTimeout") AMANA_CONDITION "NS0_8DurationE",
                Mutex* mu, const Condition& when, Duration timeout) {
  return Locking(mu, kRead, [&] { return RealReaderLockWhenWithTimeout()(mu, when, timeout); });
}
AMANA_INTERPOSE(bool, ReaderLockWhenWithDeadline,
                AMANA_MUTEX("26ReaderLockWhenWithDeadline") AMANA_CONDITION "NS0_4TimeE", Mutex* mu,
                const Condition& when, Time deadline) {
  return Locking(mu, kRead, [&] { return RealReaderLockWhenWithDeadline()(mu, when, deadline); });
}
AMANA_INTERPOSE(void, Await, AMANA_MUTEX("5Await") AMANA_CONDITION, Mutex* mu,
                const Condition& when) {
  Waiting(mu, [&] { RealAwait()(mu, when); });
}
AMANA_INTERPOSE(bool, AwaitWithTimeout,
                AMANA_MUTEX("16AwaitWithTimeout") AMANA_CONDITION "NS0_8DurationE", Mutex* mu,
                const Condition& when, Duration timeout) {
  return Waiting(mu, [&] { return RealAwaitWithTimeout()(mu, when, timeout); });
}
AMANA_INTERPOSE(bool, AwaitWithDeadline,
                AMANA_MUTEX("17AwaitWithDeadline") AMANA_CONDITION "NS0_4TimeE", Mutex* mu,
                const Condition& when, Time deadline) {
  return Waiting(mu, [&] { return RealAwaitWithDeadline()(mu, when, deadline); });
}
AMANA_INTERPOSE(void, Wait, AMANA_CONDVAR("4WaitEPNS0_5MutexE"), CondVar* cv, Mutex* mu) {
  Waiting(mu, [&] { RealWait()(cv, mu); });
}
AMANA_INTERPOSE(bool, WaitWithTimeout,
                AMANA_CONDVAR("15WaitWithTimeoutEPNS0_5MutexENS0_8DurationE"), CondVar* cv,
                Mutex* mu, Duration timeout) {
  return Waiting(mu, [&] { return RealWaitWithTimeout()(cv, mu, timeout); });
}
AMANA_INTERPOSE(bool, WaitWithDeadline, AMANA_CONDVAR("16WaitWithDeadlineEPNS0_5MutexENS0_4TimeE"),
                CondVar* cv, Mutex* mu, Time deadline) {
  return Waiting(mu, [&] { return RealWaitWithDeadline()(cv, mu, deadline); });
}

// HasBeenNotified is inline, an atomic load of the flag that follows the mutex.
static_assert(sizeof(Notification) == 2 * sizeof(Mutex));
static void* Flag(const Notification* n) {
  return const_cast<char*>(reinterpret_cast<const char*>(n)) + sizeof(Mutex);
}
AMANA_INTERPOSE(void, Notify, "_ZN" AMANA_NOTIFICATION("6NotifyEv"), Notification* n) {
  __tsan_release(Flag(n));
  RealNotify()(n);
}
AMANA_INTERPOSE(void, WaitFor, "_ZNK" AMANA_NOTIFICATION("19WaitForNotificationEv"),
                const Notification* n) {
  RealWaitFor()(n);
  __tsan_acquire(Flag(n));
}
AMANA_INTERPOSE(bool, WaitForTimeout,
                "_ZNK" AMANA_NOTIFICATION("30WaitForNotificationWithTimeoutENS0_8DurationE"),
                const Notification* n, Duration timeout) {
  const bool notified = RealWaitForTimeout()(n, timeout);
  if (notified) __tsan_acquire(Flag(n));
  return notified;
}
AMANA_INTERPOSE(bool, WaitForDeadline,
                "_ZNK" AMANA_NOTIFICATION("31WaitForNotificationWithDeadlineENS0_4TimeE"),
                const Notification* n, Time deadline) {
  const bool notified = RealWaitForDeadline()(n, deadline);
  if (notified) __tsan_acquire(Flag(n));
  return notified;
}
AMANA_INTERPOSE(bool, Decrement, AMANA_COUNTER("14DecrementCountEv"), BlockingCounter* counter) {
  __tsan_release(counter);
  return RealDecrement()(counter);
}
AMANA_INTERPOSE(void, WaitForZero, AMANA_COUNTER("4WaitEv"), BlockingCounter* counter) {
  RealWaitForZero()(counter);
  __tsan_acquire(counter);
}

}  // extern "C"
