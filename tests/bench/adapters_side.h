// One agency's native server, real and running on this machine, and two who use it: the agency's
// adapter, and a plain client that does the least that leaves the same durable records: a ready
// payload, no journal, no mapping, no key. For one thread.
#ifndef AMANA_TESTS_BENCH_ADAPTERS_SIDE_H_
#define AMANA_TESTS_BENCH_ADAPTERS_SIDE_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "agency-adapters/runtime/adapter.h"
#include "base/clock.h"
#include "base/testing.h"

namespace amana::tests {

class AdapterSide {
 public:
  virtual ~AdapterSide() = default;

  virtual const char* name() const = 0;
  virtual const char* server() const = 0;  // "OpenSSH", "postfix and dovecot"
  // The server answers from threads of this process: its processor time is what is not the
  // caller's.
  virtual bool in_process() const { return false; }
  virtual runtime::Adapter& adapter() = 0;

  // A SYNTHETIC case, another for each number.
  virtual runtime::NativeDelivery Delivery(uint64_t number) const = 0;
  // What one Deliver leaves, left by the plain client.
  virtual absl::Status PlainWrite(uint64_t number) = 0;
  // Until the server has done what it took, so that nobody works beside the next slice.
  virtual absl::Status Rest() { return absl::OkStatus(); }

  // The other way. False: the native side pushes, and Poll shows nothing.
  virtual bool reads() const { return true; }
  // Shows and settles them; another one where the adapter that writes would show its own as well.
  virtual runtime::Adapter& reader() { return adapter(); }
  // Puts so many items there, for Poll or for PlainRead.
  virtual absl::Status Fill(size_t items, bool plain) = 0;
  // Reads them, and leaves what Settle(TAKEN) and Settle(ACCEPTED) of each leave.
  virtual absl::Status PlainRead(size_t items) = 0;
};

// Errors: why a server does not run here.
absl::StatusOr<std::unique_ptr<AdapterSide>> OpenPoliceSide();
absl::StatusOr<std::unique_ptr<AdapterSide>> OpenImmigrationSide();
absl::StatusOr<std::unique_ptr<AdapterSide>> OpenAffairsSide();
absl::StatusOr<std::unique_ptr<AdapterSide>> OpenIomSide();
absl::StatusOr<std::unique_ptr<AdapterSide>> OpenShelterSide();

// For native sides that push: nobody pushes here.
struct NoIntake final : runtime::Intake {
  absl::Status Take(const runtime::NativeItem&) override {
    return absl::UnimplementedError("nothing is pushed");
  }
};

// What every side has: its folder, a clock, and nobody who pushes.
struct SideWorld {
  const TempDir folder;
  SystemClock clock{ClockSync::kTrusted};
  NoIntake intake;

  runtime::AdapterContext Context(const std::string& agency) {
    return {intake, clock, agency, folder.path()};
  }
};

// Of the number, the same for the same.
std::string BenchKey(uint64_t number);       // a delivery's
std::string BenchReferral(uint64_t number);  // "police-a/32 hex digits/1"

}  // namespace amana::tests

#endif  // AMANA_TESTS_BENCH_ADAPTERS_SIDE_H_
