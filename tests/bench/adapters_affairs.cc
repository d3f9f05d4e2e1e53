// Plain: libcurl sends a mail that is already signed and sealed, to the same two mailboxes, over
// one kept connection; read by fetching each mail and moving it, over our IMAP client, which is no
// more than IMAP's own commands.
#include <curl/curl.h>

#include <cstring>
#include <filesystem>

#include "absl/strings/str_cat.h"
#include "agency-adapters/foreign-affairs/adapter.h"
#include "agency-adapters/foreign-affairs/affairs_for_test.h"
#include "agency-adapters/foreign-affairs/letter.h"
#include "agency-adapters/foreign-affairs/post.h"
#include "agency-adapters/net/mail_box.h"
#include "base/config.h"
#include "base/durable_file.h"
#include "base/status.h"
#include "tests/bench/adapters_side.h"
#include "tests/support/mail_servers.h"

namespace amana::tests {
namespace {

namespace affairs = foreign_affairs;

size_t ReadFrom(char* buffer, size_t size, size_t count, void* state) {
  auto& rest = *static_cast<std::string_view*>(state);
  const size_t give = std::min(size * count, rest.size());
  std::memcpy(buffer, rest.data(), give);
  rest.remove_prefix(give);
  return give;
}

class AffairsSide final : public AdapterSide {
 public:
  ~AffairsSide() override { curl_easy_cleanup(curl_); }

  static absl::StatusOr<std::unique_ptr<AdapterSide>> Open() {
    if (const std::string why = MailServers::Missing(); !why.empty()) {
      return absl::UnavailableError(why);
    }
    auto side = std::make_unique<AffairsSide>();
    AMANA_ASSIGN_OR_RETURN(side->servers_, MailServers::Start());
    AMANA_RETURN_IF_ERROR(side->OpenAdapter());
    const affairs::MailWorld& world = affairs::World();
    const std::string key = BenchKey(0);
    const affairs::Reference reference{affairs::TagOf(key), 1};
    AMANA_ASSIGN_OR_RETURN(
        side->mail_,
        affairs::SealMail(world.keys,
                          {kBrokerAddress, kMinistryAddress, affairs::SubjectOf(reference.tag),
                           "1@referral.example.ke", side->clock_.Now()},
                          affairs::LetterOf(side->Delivery(0), reference), side->clock_.Now()));
    return side;
  }

  const char* name() const override { return "foreign-affairs"; }
  const char* server() const override { return "postfix and dovecot"; }
  runtime::Adapter& adapter() override { return *adapter_; }

  runtime::NativeDelivery Delivery(uint64_t number) const override {
    runtime::NativeDelivery delivery;
    delivery.key = BenchKey(number);
    delivery.referral = BenchReferral(number);
    delivery.sender = "police-a/dci";
    delivery.service = "TRAVEL_DOCUMENT";
    delivery.urgency = "SOON";
    delivery.record.fields = {{"SURNAME", {"SYNTHETIC-ERIKSSON"}},
                              {"GIVEN_NAMES", {"TESTCASE"}},
                              {"NATIONALITY", {"UTO"}},
                              {"PASSPORT_NO", {"X00000001"}}};
    return delivery;
  }

  absl::Status PlainWrite(uint64_t) override {
    if (curl_ == nullptr) SetUpCurl();
    std::string_view rest = mail_;
    curl_slist* to = curl_slist_append(nullptr, absl::StrCat("<", kMinistryAddress, ">").c_str());
    to = curl_slist_append(to, absl::StrCat("<", kBrokerAddress, ">").c_str());
    curl_easy_setopt(curl_, CURLOPT_MAIL_RCPT, to);
    curl_easy_setopt(curl_, CURLOPT_READDATA, &rest);
    curl_easy_setopt(curl_, CURLOPT_INFILESIZE_LARGE, static_cast<curl_off_t>(mail_.size()));
    const CURLcode code = curl_easy_perform(curl_);
    curl_slist_free_all(to);
    return code == CURLE_OK ? absl::OkStatus() : absl::InternalError("plain SMTP");
  }

  // Until postfix's queue is empty; then the mailboxes are emptied.
  absl::Status Rest() override {
    const bool empty = WaitUntil(absl::Minutes(2), [this] {
      for (const char* queue : {"maildrop", "incoming", "active", "deferred"}) {
        std::error_code gone;
        for (const auto& entry : std::filesystem::recursive_directory_iterator(
                 servers_->folder() + "/queue/" + queue, gone)) {
          if (entry.is_regular_file(gone)) return false;
        }
      }
      return true;
    });
    if (!empty) return absl::InternalError("postfix does not deliver");
    AMANA_RETURN_IF_ERROR(servers_->Empty(kMinistryAddress));
    return servers_->Empty(kBrokerAddress);
  }

  absl::Status Fill(size_t items, bool) override {
    std::vector<std::string> answers;
    for (size_t i = 0; i < items; ++i) {
      runtime::NativeDelivery delivery = Delivery(0);
      delivery.key = absl::StrCat("read/", ++filled_);
      AMANA_RETURN_IF_ERROR(adapter_->Deliver(delivery).status());
      answers.push_back(affairs::World().Answer({affairs::TagOf(delivery.key), 1}, "ACCEPT"));
    }
    AMANA_RETURN_IF_ERROR(Rest());
    (void)adapter_->Poll(1);  // the mailbox is another: a connection of before ends
    AMANA_RETURN_IF_ERROR(adapter_->Poll(1).status());
    for (const std::string& answer : answers) {
      AMANA_RETURN_IF_ERROR(servers_->Put(kBrokerAddress, answer));
    }
    return absl::OkStatus();
  }

  absl::Status PlainRead(size_t items) override {
    AMANA_ASSIGN_OR_RETURN(const std::unique_ptr<net::MailBox> box,
                           net::MailBox::Open(Server(servers_->Imaps()), affairs::kMaxMail));
    AMANA_RETURN_IF_ERROR(box->Select(affairs::kInbox).status());
    AMANA_ASSIGN_OR_RETURN(const std::vector<net::MailEntry> entries, box->List());
    if (entries.size() != items) return absl::InternalError("mails of another slice are left");
    for (const net::MailEntry& entry : entries) {
      AMANA_RETURN_IF_ERROR(box->Fetch(entry.uid).status());
      AMANA_RETURN_IF_ERROR(box->Move(entry.uid, affairs::kDoneFolder));
    }
    return absl::OkStatus();
  }

 private:
  net::MailServer Server(const std::string& url) const {
    net::MailServer server;
    server.url = url;
    server.ca_file = servers_->ca_file();
    server.user = kBrokerAddress;
    server.password = crypto::Secret(kMailPassword);
    return server;
  }

  void SetUpCurl() {
    curl_ = curl_easy_init();
    curl_easy_setopt(curl_, CURLOPT_URL, servers_->Smtps().c_str());
    curl_easy_setopt(curl_, CURLOPT_CAINFO, servers_->ca_file().c_str());
    curl_easy_setopt(curl_, CURLOPT_USERNAME, kBrokerAddress);
    curl_easy_setopt(curl_, CURLOPT_PASSWORD, kMailPassword);
    curl_easy_setopt(curl_, CURLOPT_MAIL_FROM, absl::StrCat("<", kBrokerAddress, ">").c_str());
    curl_easy_setopt(curl_, CURLOPT_UPLOAD, 1L);
    curl_easy_setopt(curl_, CURLOPT_READFUNCTION, ReadFrom);
  }

  absl::Status OpenAdapter() {
    const affairs::MailWorld& world = affairs::World();
    const auto write = [&](const std::string& name, const std::string& text) {
      return RealFileSystem().WriteAtomically(world_.folder.File(name), text, 0400);
    };
    AMANA_RETURN_IF_ERROR(write("password", kMailPassword));
    AMANA_RETURN_IF_ERROR(write("own.pem", world.ours.cert_pem));
    AMANA_RETURN_IF_ERROR(write("own.key", world.ours.key_pem));
    AMANA_RETURN_IF_ERROR(write("ministry.pem", world.ministry.cert_pem));
    const std::string toml = absl::StrCat(
        "address = '", kBrokerAddress, "'\nministry = '", kMinistryAddress, "'\nsmtp = '",
        servers_->Smtps(), "'\nimap = '", servers_->Imaps(), "'\nmail_ca = '", servers_->ca_file(),
        "'\npassword_file = 'password'\nsigning_certificate = 'own.pem'\nsigning_key = 'own.key'\n"
        "sealing_certificate = 'own.pem'\nsealing_key = 'own.key'\n"
        "ministry_sealing_certificates = 'ministry.pem'\n"
        "ministry_signing_certificates = 'ministry.pem'\n");
    AMANA_ASSIGN_OR_RETURN(auto reader,
                           ConfigReader::FromText(toml, world_.folder.File("native.toml")));
    const runtime::AdapterOpener open = affairs::FactoryOf(reader->Root());
    AMANA_RETURN_IF_ERROR(reader->Finish());
    AMANA_ASSIGN_OR_RETURN(adapter_,
                           open({world_.intake, clock_, "mfa", world_.folder.File("state")}));
    return absl::OkStatus();
  }

  SideWorld world_;
  FakeClock clock_{affairs::World().now};  // when the certificates of both sides are valid
  std::unique_ptr<MailServers> servers_;
  std::unique_ptr<runtime::Adapter> adapter_;
  std::string mail_;
  CURL* curl_ = nullptr;
  uint64_t filled_ = 0;
};

}  // namespace

absl::StatusOr<std::unique_ptr<AdapterSide>> OpenAffairsSide() { return AffairsSide::Open(); }

}  // namespace amana::tests
