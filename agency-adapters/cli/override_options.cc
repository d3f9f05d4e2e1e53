#include "agency-adapters/cli/override_options.h"

#include "agency-adapters/cli/values.h"
#include "agency-adapters/sdk/keys.h"
#include "base/durable_file.h"
#include "base/status.h"
#include "proto/crypto/sha256.h"

namespace amana::cli {

void AddOverrideOptions(CLI::App& command, OverrideOptions& o, const std::string& reason) {
  command
      .add_option("--referral", o.referral,
                  "AGENCY/ID/VERSION/DIGEST: the reference that the sender's `amana referral "
                  "status` prints")
      ->required();
  command.add_option("--reason-file", o.reason_file,
                     "File with " + reason + " in words; it stays here, only its hash travels");
  command.add_option("--reason-sha256", o.reason_sha256, "Or its SHA-256");
  command.add_flag("--hold", o.hold, "Leave it in the outbox for `amana referral send`");
}

absl::StatusOr<OverrideReference> ReferenceOption(const OverrideOptions& o) {
  const absl::Status expected =
      UsageError("--referral",
                 "expected AGENCY/ID/VERSION/DIGEST, as the sender's `amana referral "
                 "status` prints it");
  const size_t last = o.referral.rfind('/');
  if (last == std::string::npos) return expected;
  const auto key = sdk::ParseStatementKey(o.referral.substr(0, last));
  const auto digest = Digest::FromHexString(o.referral.substr(last + 1));
  if (!key.ok() || !digest.ok()) return expected;
  return OverrideReference{*key, *digest};
}

absl::StatusOr<Digest> ReasonOption(const OverrideOptions& o) {
  if (o.reason_file.empty() == o.reason_sha256.empty()) {
    return UsageError("--reason-file", "expected it, or --reason-sha256, and not both");
  }
  if (o.reason_file.empty()) return HexOption<Digest>("--reason-sha256", o.reason_sha256);
  AMANA_ASSIGN_OR_RETURN(const std::string reason, RealFileSystem().Read(o.reason_file));
  if (reason.empty()) return UsageError("--reason-file", "the file is empty: say why");
  return crypto::Sha256(reason);
}

}  // namespace amana::cli
