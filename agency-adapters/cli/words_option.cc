#include "agency-adapters/cli/words_option.h"

#include <memory>
#include <utility>

#include "base/durable_file.h"
#include "base/status.h"

namespace amana::cli {

void AddWordsOption(CLI::App& command, WordsOptions& options) {
  command
      .add_option("--words", options.file,
                  "A text file; its words are sealed for the sender's unit alone")
      ->type_name("FILE");
}

absl::StatusOr<std::unique_ptr<ReadWords>> WordsFor(Context& context, const WordsOptions& options,
                                                    int64_t id) {
  auto read = std::make_unique<ReadWords>();
  if (options.file.empty()) return read;
  AMANA_ASSIGN_OR_RETURN(read->text, RealFileSystem().Read(options.file));
  AMANA_ASSIGN_OR_RETURN(sdk::Mailbox * mailbox, context.mailbox());
  AMANA_ASSIGN_OR_RETURN(const sdk::InboxItem item, sdk::Inbox(*mailbox).Get(id));
  AMANA_ASSIGN_OR_RETURN(sdk::Sender * sender, context.sender());
  AMANA_ASSIGN_OR_RETURN(
      crypto::Certificate certificate,
      sender->SealingFor({item.key.referral.sender, item.sender_unit}, "sender"));
  read->words = sdk::Words{read->text, std::move(certificate)};
  return read;
}

}  // namespace amana::cli
