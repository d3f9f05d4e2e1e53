// `amana` as a test runs it, and `amana witness` with its keys, book and port. For one thread. What
// goes wrong fails the test.
#ifndef AMANA_TESTS_SUPPORT_WITNESS_PROCESS_H_
#define AMANA_TESTS_SUPPORT_WITNESS_PROCESS_H_

#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/support/child_process.h"

namespace amana::tests {

struct Ran {
  int code = -1;
  nlohmann::json said;  // the last line
};

// `amana --json` with these arguments, to its end.
Ran RunAmana(const std::vector<std::string>& arguments);

class WitnessProcess {
 public:
  // Makes its keys.
  WitnessProcess(std::string folder, std::string name);

  void Start(const std::string& log_vkey);  // returns when it listens
  void Kill() { child_.reset(); }
  void Stop();
  Ran Evidence() const { return RunAmana({"witness", "evidence", "--dir", folder_ + "/book"}); }

  std::string settings() const;  // of a broker that is to ask it
  const std::string& vkey() const { return vkey_; }
  const std::string& name() const { return name_; }

 private:
  const std::string folder_, name_;
  const int port_;
  std::string vkey_;
  std::unique_ptr<ChildProcess> child_;
};

}  // namespace amana::tests

#endif  // AMANA_TESTS_SUPPORT_WITNESS_PROCESS_H_
