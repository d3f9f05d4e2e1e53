#include "tests/support/timestamp_authority.h"

#include <gtest/gtest.h>

#include "base/durable_file.h"
#include "tests/support/child_process.h"

namespace amana::tests {
namespace {

constexpr char kConfig[] = R"(
[req]
distinguished_name = dn
prompt = no
[dn]
CN = SYNTHETIC
[ca]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign
[tsa]
keyUsage = critical, digitalSignature
extendedKeyUsage = critical, timeStamping
[tsa_config]
dir = .
serial = serial
default_policy = 1.2.3.4.1
digests = sha256
signer_digest = sha256
accuracy = secs:1
ess_cert_id_alg = sha256
)";

std::string ReadFile(const std::string& path) { return RealFileSystem().Read(path).value_or(""); }
void WriteFile(const std::string& path, std::string_view bytes) {
  AMANA_EXPECT_OK(RealFileSystem().WriteAtomically(path, bytes, kPrivateFile));
}

}  // namespace

TimestampAuthority::TimestampAuthority() {
  WriteFile(dir_.File("config"), kConfig);
  WriteFile(dir_.File("serial"), "01\n");
  Sh("openssl ecparam -name prime256v1 -genkey -noout -out ca.key && openssl req -x509 -new "
     "-key ca.key -config config -extensions ca -days 2 -out ca.pem");
  Issue("tsa", "-days 1");
  Issue("expired", "-days -1");
  server_ = http::Server::Start({}, [this](const http::Request& request) {
              return Answer(request);
            }).value();
}

TimestampAuthority::~TimestampAuthority() {
  Set(Mood::kRefuses);
  server_->Stop();
}

void TimestampAuthority::Sh(const std::string& script) const {
  ChildOptions options;
  options.command = {"/bin/sh", "-c", "cd " + dir_.path() + " && { " + script + "; } 2>err"};
  auto child = ChildProcess::Start(options);
  AMANA_ASSERT_OK(child.status());
  EXPECT_EQ((*child)->Wait(absl::Seconds(20)), 0) << script << "\n" << ReadFile(dir_.File("err"));
}

void TimestampAuthority::Issue(const std::string& name, const std::string& validity) const {
  Sh("openssl ecparam -name prime256v1 -genkey -noout -out " + name +
     ".key && openssl req -new -key " + name + ".key -config config -out " + name + ".csr");
  Sh("openssl x509 -req -in " + name + ".csr -CA ca.pem -CAkey ca.key -set_serial 7 " + validity +
     " -extfile config -extensions tsa -out " + name + ".pem");
}

void TimestampAuthority::Set(Mood mood) {
  const absl::MutexLock lock(&mu_);
  mood_ = mood;
}

std::string TimestampAuthority::Stamp(const std::string& query, const std::string& signer) const {
  Sh("openssl ts -reply -queryfile " + query + " -config config -section tsa_config -signer " +
     signer + ".pem -inkey " + signer + ".key -out answer");
  return ReadFile(dir_.File("answer"));
}

http::Response TimestampAuthority::Answer(const http::Request& request) {
  ++asked_;
  const absl::MutexLock lock(&mu_);
  mu_.AwaitWithTimeout(absl::Condition(
                           +[](Mood* mood) { return *mood != Mood::kSlow; }, &mood_),
                       absl::Seconds(30));
  http::Response answer{.content_type = "application/timestamp-reply"};
  WriteFile(dir_.File("query"), request.body);
  switch (mood_) {
    case Mood::kHonest:
      answer.body = Stamp("query", "tsa");
      break;
    case Mood::kOtherNonce:
      Sh("imprint=$(openssl asn1parse -inform DER -in query | sed -n 's/.*OCTET "
         "STRING.*DUMP]://p') "
         "&& openssl ts -query -digest $imprint -sha256 -cert -out replayed");
      answer.body = Stamp("replayed", "tsa");
      break;
    case Mood::kOtherData: {
      // The same request, but for one bit of its imprint.
      std::string query = request.body;
      const size_t imprint = query.find(std::string("\x04\x20", 2));
      query[imprint + 10] = static_cast<char>(query[imprint + 10] ^ 1);
      WriteFile(dir_.File("query"), query);
      answer.body = Stamp("query", "tsa");
      break;
    }
    case Mood::kExpired:
      answer.body = Stamp("query", "expired");
      break;
    case Mood::kHuge:
      answer.body.assign(1 << 20, 'x');
      break;
    case Mood::kRefuses:
    case Mood::kSlow:
      answer.status = 503;
      break;
    case Mood::kNonsense:
      answer.body = "<html>busy</html>";
      break;
  }
  return answer;
}

}  // namespace amana::tests
