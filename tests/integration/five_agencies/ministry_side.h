// The ministry of foreign affairs: a mailbox, and a mail program that signs and encrypts. Postfix
// and Dovecot carry both ways.
#ifndef AMANA_TESTS_INTEGRATION_FIVE_AGENCIES_MINISTRY_SIDE_H_
#define AMANA_TESTS_INTEGRATION_FIVE_AGENCIES_MINISTRY_SIDE_H_

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "agency-adapters/net/mail_send.h"
#include "tests/integration/five_agencies/side.h"
#include "tests/support/mail_servers.h"

namespace amana::five {

class MinistrySide final : public Side {
 public:
  ~MinistrySide() override;

  absl::Status Open(const std::string& folder) override;
  std::string Tables() const override;
  // To the shelter, in a mail REFER.
  absl::Status Refer(const Person& person) override;
  // Answers ACCEPT to each case.
  absl::Status Act() override;
  absl::StatusOr<Effects> Look() override;
  absl::StatusOr<Json> Records() override;

  // The tag under which the adapter writes about the case that this person was referred in.
  std::string TagOf(const Person& person) const { return tags_.at(person.token); }

 private:
  struct Letter {
    std::string message_id, text, from;
    Json referral;  // the attachment
  };
  absl::StatusOr<Letter> Open(const std::string& mail, const std::string& name) const;
  absl::Status Read();
  absl::Status Send(const std::string& mail);

  std::unique_ptr<tests::MailServers> servers_;
  std::unique_ptr<net::MailSender> sender_;
  std::map<std::string, Letter> letters_;    // by the mail as it lies in the mailbox
  std::set<std::string> answered_;           // tags
  std::map<std::string, std::string> tags_;  // by token
  absl::Time next_look_ = absl::InfinitePast();
};

}  // namespace amana::five

#endif  // AMANA_TESTS_INTEGRATION_FIVE_AGENCIES_MINISTRY_SIDE_H_
