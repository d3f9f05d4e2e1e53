// An agency's native side as this test plays it: its own server, and the people and programs before
// it, who know nothing of Amana but what its guide tells (docs/integrator). For one thread.
#ifndef AMANA_TESTS_INTEGRATION_FIVE_AGENCIES_SIDE_H_
#define AMANA_TESTS_INTEGRATION_FIVE_AGENCIES_SIDE_H_

#include <map>
#include <string>

#include <nlohmann/json.hpp>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace amana::five {

using Json = nlohmann::json;

// What is there natively, by a name that tells a case from every other; how often.
using Effects = std::map<std::string, int>;

// The agency's own local API, answered by its adapter: the body of a 2xx, null for anything else.
class LocalApi {
 public:
  virtual ~LocalApi() = default;
  virtual Json Call(const std::string& method, const std::string& path,
                    const std::string& body = {}) = 0;
};

// A SYNTHETIC person, whose token is in every native record of theirs and of nobody else.
struct Person {
  std::string token;    // "SYNTHETIC-P-7"
  std::string consent;  // "32 hex digits/1", which the sender has registered
};

class Side {
 public:
  virtual ~Side() = default;

  // Starts the server; keys that the adapter's configuration names are written into `folder`.
  virtual absl::Status Open(const std::string& folder) = 0;
  // The tables of the configuration from [case] on, `folder` being its own.
  virtual std::string Tables() const = 0;
  // A case of this agency's own, given to the adapter as the agency does; what cannot be given now
  // is given by a later Act.
  virtual absl::Status Refer(const Person& person) = 0;
  // What people and programs do now: accept what was asked, take what was laid out.
  virtual absl::Status Act() = 0;
  virtual absl::StatusOr<Effects> Look() = 0;
  // Every native record there is, for comparison with the expected ones.
  virtual absl::StatusOr<Json> Records() = 0;
};

}  // namespace amana::five

#endif  // AMANA_TESTS_INTEGRATION_FIVE_AGENCIES_SIDE_H_
