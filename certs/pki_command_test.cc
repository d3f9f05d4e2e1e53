#include "certs/pki_command.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "base/command_line.h"
#include "base/durable_file.h"
#include "base/testing.h"
#include "proto/crypto/key_request.h"
#include "proto/crypto/revocation_list.h"

namespace amana::certs {
namespace {

struct Outcome {
  int code;
  std::string out, err;
  nlohmann::json json() const { return nlohmann::json::parse(out, nullptr, false); }
};

class PkiCommandTest : public testing::Test {
 protected:
  Outcome Run(const std::vector<std::string>& arguments) {
    std::ostringstream out, err;
    const int code = RunPki(arguments, clock_, out, err);
    return {code, out.str(), err.str()};
  }

  void MakeAuthority() {
    ASSERT_EQ(Run({"init", "--dir", pki_, "--trust-domain", "amana.example"}).code, kExitDone);
    for (const char* const agency : {"police", "amana"}) {
      ASSERT_EQ(Run({"agency", "--dir", pki_, "--agency", agency}).code, kExitDone);
    }
  }

  std::string Csr(const std::string& name, const std::string& id) {
    const auto request = crypto::NewKeyAndCsr(dir_.File("keys"), name, *crypto::ParseSpiffeId(id),
                                              crypto::CertUsage::kTls);
    EXPECT_TRUE(request.ok()) << request.status();
    return request->csr_path;
  }

  Outcome SignPolice(const std::string& name, const std::string& usage) {
    return Run({"--json", "sign", "--dir", pki_, "--csr",
                Csr(name, "spiffe://amana.example/agency/police/system/west"), "--agency", "police",
                "--role", "system", "--unit", "west", "--usage", usage, "--out",
                dir_.File(name + ".crt")});
  }

  // What a stock tool says of it.
  int OpensslVerify(const std::string& agency, const std::string& certificate) {
    const std::string command = "openssl verify -x509_strict -CAfile " + pki_ +
                                "/root.crt -untrusted " + pki_ + "/agencies/" + agency +
                                "/ca.crt " + certificate + " >" + dir_.File("log") + " 2>&1";
    return std::system(command.c_str());
  }

  const TempDir dir_;
  const std::string pki_ = dir_.File("pki");
  SystemClock clock_{ClockSync::kTrusted};  // openssl judges by the system's time
};

TEST_F(PkiCommandTest, OpensslAcceptsWhatItIssues) {
  MakeAuthority();
  for (const std::string usage : {"tls", "signing", "sealing"}) {
    const Outcome signing = SignPolice(usage, usage);
    ASSERT_EQ(signing.code, kExitDone) << signing.err;
    EXPECT_EQ(signing.json()["usage"], usage);
    EXPECT_EQ(signing.json()["id"], "spiffe://amana.example/agency/police/system/west");
    EXPECT_EQ(OpensslVerify("police", dir_.File(usage + ".crt")), 0)
        << *RealFileSystem().Read(dir_.File("log"));
  }
  EXPECT_NE(OpensslVerify("amana", dir_.File("tls.crt")), 0);  // another agency's CA
}

TEST_F(PkiCommandTest, BrokersHaveHostNames) {
  MakeAuthority();
  const std::string csr = Csr("broker", "spiffe://amana.example/agency/amana/broker");
  const std::vector<std::string> sign = {
      "--json",   "sign",      "--dir",  pki_,        "--csr",   csr,
      "--agency", "amana",     "--role", "broker",    "--usage", "tls",
      "--dns",    "localhost", "--ip",   "127.0.0.1", "--out",   dir_.File("broker.crt")};
  const Outcome signing = Run(sign);
  ASSERT_EQ(signing.code, kExitDone) << signing.err;
  EXPECT_EQ(signing.json()["dns_names"], nlohmann::json::array({"localhost"}));
  EXPECT_EQ(signing.json()["ip_addresses"], nlohmann::json::array({"127.0.0.1"}));
  EXPECT_EQ(OpensslVerify("amana", dir_.File("broker.crt")), 0);
  EXPECT_EQ(Run(sign).code, kExitRefused) << "an existing file is not overwritten";
}

TEST_F(PkiCommandTest, RotatesRevokesListsAndShows) {
  MakeAuthority();
  const std::string old = SignPolice("old", "sealing").json()["fingerprint"];
  const Outcome rotated =
      Run({"--json", "rotate", "--dir", pki_, "--cert", dir_.File("old.crt"), "--csr",
           Csr("new", "spiffe://amana.example/agency/police/system/west"), "--out",
           dir_.File("new.crt"), "--days", "30"});
  ASSERT_EQ(rotated.code, kExitDone) << rotated.err;
  EXPECT_EQ(rotated.json()["old"]["fingerprint"], old);
  const std::string replacement = rotated.json()["new"]["fingerprint"];
  EXPECT_NE(replacement, old);
  const Outcome revoked =
      Run({"revoke", "--dir", pki_, dir_.File("old.crt"), "--reason", "drained", "--json"});
  ASSERT_EQ(revoked.code, kExitDone) << revoked.err;
  EXPECT_EQ(revoked.json()["fingerprint"], old);
  ASSERT_EQ(Run({"revoke", "--dir", pki_, replacement, "--reason", "lost"}).code, kExitDone);
  const auto list = crypto::ParseRevocationList(*RealFileSystem().Read(pki_ + "/revoked.txt"));
  ASSERT_TRUE(list.ok()) << list.status();
  EXPECT_EQ(list->size(), 2u);
  const Outcome listed = Run({"list", "--dir", pki_, "--json"});
  ASSERT_EQ(listed.json().size(), 5u) << listed.out << listed.err;
  size_t revocations = 0;
  for (const auto& entry : listed.json()) revocations += entry["state"] == "revoked" ? 1 : 0;
  EXPECT_EQ(revocations, 2u);
  const Outcome shown = Run({"show", dir_.File("new.crt")});
  EXPECT_EQ(shown.code, kExitDone);
  EXPECT_NE(shown.out.find(replacement), std::string::npos);
  EXPECT_NE(Run({"list", "--dir", pki_}).out.find("STATE"), std::string::npos);
}

TEST_F(PkiCommandTest, OneCommandEnrolsAUnitAndOneRevokesIt) {
  MakeAuthority();
  Csr("tls", "spiffe://amana.example/agency/police/system/west");
  const std::vector<std::string> unit = {"--dir", pki_, "--agency", "police", "--unit", "west"};
  const auto with = [&unit](std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), unit.begin(), unit.end());
    return arguments;
  };
  const Outcome enrolled = Run(
      with({"--json", "enrol", "--keys", dir_.File("keys"), "--registry", dir_.File("registry")}));
  ASSERT_EQ(enrolled.code, kExitDone) << enrolled.err;
  EXPECT_EQ(enrolled.json().size(), 1u);
  EXPECT_EQ(OpensslVerify("police", dir_.File("keys/tls.pem")), 0);
  const Outcome revoked = Run(with(
      {"--json", "revoke", "--reason", "laptop lost", "--publish", dir_.File("published.txt")}));
  ASSERT_EQ(revoked.code, kExitDone) << revoked.err;
  EXPECT_EQ(revoked.json()[0]["fingerprint"], enrolled.json()[0]["fingerprint"]);
  EXPECT_EQ(*RealFileSystem().Read(dir_.File("published.txt")),
            *RealFileSystem().Read(pki_ + "/revoked.txt"));
  EXPECT_EQ(Run({"revoke", "--dir", pki_, "--reason", "which?"}).code, kExitUsage);
  EXPECT_EQ(Run(with({"revoke", dir_.File("keys/tls.pem"), "--reason", "both"})).code, kExitUsage);
}

TEST_F(PkiCommandTest, SaysWhenTheRequestAskedForSomeoneElse) {
  MakeAuthority();
  const Outcome signing = Run(
      {"sign", "--dir", pki_, "--csr", Csr("x", "spiffe://amana.example/agency/amana/operator"),
       "--agency", "police", "--role", "system", "--usage", "tls", "--out", dir_.File("x.crt")});
  ASSERT_EQ(signing.code, kExitDone) << signing.err;
  EXPECT_NE(signing.out.find("the request asked for spiffe://amana.example/agency/amana/operator"),
            std::string::npos);
  EXPECT_NE(signing.out.find("spiffe://amana.example/agency/police/system\n"), std::string::npos);
}

TEST_F(PkiCommandTest, ExitCodesTellWrongUseAndRefusalApart) {
  MakeAuthority();
  EXPECT_EQ(Run({"--help"}).code, kExitDone);
  EXPECT_NE(Run({"sign", "--help"}).out.find("--usage"), std::string::npos);
  EXPECT_EQ(Run({"init", "--dir", pki_, "--trust-domain", "amana.example"}).code, kExitRefused);
  EXPECT_EQ(Run({"show", dir_.File("absent")}).code, kExitRefused);
}

TEST_F(PkiCommandTest, WrongUseIsNamedAsTheOtherProgramsDo) {
  const std::pair<std::vector<std::string>, std::string> cases[] = {
      {{}, "command"},
      {{"sing", "--dir", pki_}, "sing"},
      {{"sign", "--dir", pki_}, "--csr"},
      {{"sign", "--dri", pki_}, "--dri"},
      {{"list", "--dir", pki_, "--days", "x"}, "--days"},
      {{"init", "--dir", pki_, "--trust-domain", "amana.example", "--days", "x"}, "--days"}};
  for (const auto& [arguments, field] : cases) {
    const Outcome text = Run(arguments);
    EXPECT_EQ(text.code, kExitUsage);
    EXPECT_EQ(text.err.rfind("amana-pki: USAGE_INVALID (" + field + "): ", 0), 0u) << text.err;
    std::vector<std::string> as_json = arguments;
    as_json.emplace_back("--json");
    const Outcome wrong = Run(as_json);
    EXPECT_EQ(wrong.code, kExitUsage);
    const auto error = nlohmann::json::parse(wrong.err, nullptr, false);
    EXPECT_EQ(error.value("error", ""), "USAGE_INVALID") << wrong.err;
    EXPECT_EQ(error.value("field", ""), field);
    EXPECT_EQ(error["exit_code"], kExitUsage);
    EXPECT_EQ(text.out + wrong.out, "");
  }
}

TEST_F(PkiCommandTest, AValueThatNoOptionCanTakeNamesTheOption) {
  MakeAuthority();
  const std::string csr = Csr("tls", "spiffe://amana.example/agency/police/system/west");
  const auto sign = [&](const std::string& option, const std::string& value) {
    std::vector<std::string> arguments = {"--json",   "sign",  "--dir",  pki_,
                                          "--csr",    csr,     "--role", "system",
                                          "--usage",  "tls",   "--out",  dir_.File("x.crt"),
                                          "--agency", "police"};
    const auto at = std::find(arguments.begin(), arguments.end(), option);
    if (at != arguments.end()) arguments.erase(at, at + 2);
    arguments.insert(arguments.end(), {option, value});
    return Run(arguments);
  };
  for (const auto& [option, value] : {std::pair("--role", "king"),
                                      {"--usage", "tsl"},
                                      {"--agency", "Not An Id"},
                                      {"--unit", "Not An Id"}}) {
    const Outcome wrong = sign(option, value);
    EXPECT_EQ(wrong.code, kExitUsage) << option;
    EXPECT_EQ(nlohmann::json::parse(wrong.err, nullptr, false).value("field", ""), option);
  }
  const Outcome domain =
      Run({"init", "--dir", dir_.File("b"), "--trust-domain", "Bad Domain", "--json"});
  EXPECT_EQ(domain.code, kExitUsage);
  EXPECT_EQ(nlohmann::json::parse(domain.err, nullptr, false).value("field", ""), "--trust-domain");
  EXPECT_FALSE(std::filesystem::exists(dir_.File("b")));
}

TEST_F(PkiCommandTest, ARefusalIsAnObjectWithJson) {
  MakeAuthority();
  const Outcome refused =
      Run({"--json", "agency", "--dir", pki_, "--agency", "moi", "--days", "0"});
  EXPECT_EQ(refused.code, kExitRefused);
  const auto error = nlohmann::json::parse(refused.err, nullptr, false);
  EXPECT_EQ(error.value("error", ""), "DAYS_INVALID") << refused.err;
  EXPECT_EQ(error.value("field", ""), "days");
  EXPECT_EQ(error["exit_code"], kExitRefused);
  EXPECT_TRUE(refused.out.empty());
}

TEST_F(PkiCommandTest, SaysItsVersion) {
  const Outcome version = Run({"--version"});
  EXPECT_EQ(version.code, kExitDone);
  EXPECT_EQ(version.out, "amana-pki " + std::string(Version()) + "\n");
}

}  // namespace
}  // namespace amana::certs
