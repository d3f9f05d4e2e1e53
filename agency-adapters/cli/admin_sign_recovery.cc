#include "agency-adapters/cli/commands.h"
#include "agency-adapters/cli/recovery_commands.h"
#include "base/durable_file.h"
#include "base/status.h"
#include "proto/envelope/recovery.h"
#include "proto/transparency/succession.h"

namespace amana::cli {
namespace {

struct Options {
  std::string file;
};

Result Run(Context& context, const Options& o) {
  AMANA_ASSIGN_OR_RETURN(const std::string bytes, RealFileSystem().Read(o.file));
  AMANA_ASSIGN_OR_RETURN(const auto file, envelope::RecoveryFile::Parse(bytes));
  AMANA_ASSIGN_OR_RETURN(const auto succession, transparency::Succession::Create(file.statement()));
  AMANA_ASSIGN_OR_RETURN(const sdk::Identity* identity, context.identity());
  AMANA_ASSIGN_OR_RETURN(const sdk::SigningIdentity* signer, identity->PersonSigner());
  AMANA_ASSIGN_OR_RETURN(
      const auto signed_file,
      envelope::SignRecovery(file, signer->certificate, signer->key, context.clock().Now()));
  AMANA_RETURN_IF_ERROR(RealFileSystem().WriteAtomically(
      o.file, signed_file.message().SerializeAsString(), kPublicFile));
  const size_t signatures = signed_file.signers().size();
  Report report;
  report.text =
      succession.Text() + "signed; " +
      (signatures == 1 ? o.file + " goes to the other operator\n"
                       : "both have: amana-broker recover apply --signed " + o.file + "\n");
  report.json = {{"file", o.file},
                 {"signatures", signatures},
                 {"statement_sha256", signed_file.digest().hex()},
                 {"kept", succession.kept().size()},
                 {"newest", succession.newest().size()},
                 {"new_vkey", succession.new_log().vkey()}};
  return report;
}

}  // namespace

void RegisterAdminSignRecovery(CLI::App& parent, Context& context) {
  AddCommand<Options>(
      parent, context, "sign-recovery",
      "Sign what `amana-broker recover prepare` wrote; two operators must, each with a key",
      "  amana admin sign-recovery recovery.amana\n"
      "It shows in words what is signed: which log ends, what is kept, what may be lost.\n",
      [](CLI::App& command, Options& o) {
        command.add_option("file", o.file, "The statement; the signature is added to it")
            ->required();
      },
      Run);
}

}  // namespace amana::cli
