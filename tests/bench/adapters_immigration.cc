// Plain: a ready file and its digest, each as .part, synced and renamed (what the drop folder's
// convention asks for), by libssh over one session; read, and two report lines a row appended.
#include <filesystem>
#include <fstream>

#include "agency-adapters/immigration/adapter.h"
#include "agency-adapters/immigration/rows_for_test.h"
#include "agency-adapters/immigration/vot_out.h"
#include "base/config.h"
#include "base/durable_file.h"
#include "base/status.h"
#include "proto/crypto/sha256.h"
#include "tests/bench/adapters_plain_sftp.h"
#include "tests/bench/adapters_side.h"
#include "tests/support/sshd.h"

namespace amana::tests {
namespace {

class ImmigrationSide final : public AdapterSide {
 public:
  static absl::StatusOr<std::unique_ptr<AdapterSide>> Open() {
    auto side = std::make_unique<ImmigrationSide>();
    AMANA_ASSIGN_OR_RETURN(side->sshd_, Sshd::Start(side->world_.folder.path()));
    for (const char* name : {"from-dis", "to-dis", "done", "quarantine", "plain"}) {
      std::filesystem::create_directory(side->sshd_->files() / name);
    }
    AMANA_RETURN_IF_ERROR(
        RealFileSystem().WriteAtomically(side->world_.folder.File("named.txt"), "aabb\n", 0600));
    AMANA_RETURN_IF_ERROR(side->OpenAdapter());
    AMANA_ASSIGN_OR_RETURN(side->file_,
                           immigration::WriteVotOut(side->Delivery(0), [](auto) { return true; }));
    AMANA_ASSIGN_OR_RETURN(side->plain_, PlainSftp::Connect(*side->sshd_));
    return side;
  }

  const char* name() const override { return "immigration"; }
  const char* server() const override { return "OpenSSH"; }
  runtime::Adapter& adapter() override { return *adapter_; }

  runtime::NativeDelivery Delivery(uint64_t number) const override {
    runtime::NativeDelivery delivery;
    delivery.key = BenchKey(number);
    delivery.referral = BenchReferral(number);
    delivery.sender = "police-a/dci";
    delivery.service = "IMMIGRATION_STATUS";
    delivery.urgency = "NORMAL";
    delivery.record.fields = {{"CONSENT_REF", {"aabb/1"}},       {"SURNAME", {"TESTCASE"}},
                              {"GIVEN_NAMES", {"SYNTHETIC"}},    {"NATIONALITY", {"UTO"}},
                              {"DOC_NUMBER", {"X00000001"}},     {"BIRTH_DATE", {"01/01/1999"}},
                              {"ENTRY_POINT", {"SYNTH BORDER"}}, {"ENTRY_DATE", {"02/02/2031"}}};
    return delivery;
  }

  absl::Status PlainWrite(uint64_t number) override {
    const std::string name = "plain/" + crypto::Sha256(BenchKey(number)).hex() + ".csv";
    for (const auto& [path, bytes] :
         {std::pair(name, file_), {name + ".sha256", crypto::Sha256(file_).hex() + "  " + name}}) {
      AMANA_RETURN_IF_ERROR(plain_->Write(path + ".part", bytes, /*append=*/false));
      AMANA_RETURN_IF_ERROR(plain_->Rename(path + ".part", path));
    }
    return absl::OkStatus();
  }

  absl::Status Fill(size_t items, bool) override {
    std::vector<std::string> rows;
    for (size_t i = 0; i < items; ++i) {
      rows.push_back(immigration::testing::InRow("DIS-" + std::to_string(++row_)));
    }
    name_ = "vot_" + std::to_string(row_) + ".csv";
    const std::string bytes = immigration::testing::InFileText(rows);
    const auto folder = sshd_->files() / "from-dis";
    std::ofstream(folder / name_, std::ios::binary) << bytes;
    std::ofstream(folder / (name_ + ".sha256")) << crypto::Sha256(bytes).hex() << "  " << name_;
    return absl::OkStatus();
  }

  absl::Status PlainRead(size_t items) override {
    const std::string in = "from-dis/" + name_;
    AMANA_RETURN_IF_ERROR(plain_->List("from-dis"));
    AMANA_RETURN_IF_ERROR(plain_->Read(in).status());
    AMANA_RETURN_IF_ERROR(plain_->Read(in + ".sha256").status());
    for (size_t i = 0; i < 2 * items; ++i) {
      AMANA_RETURN_IF_ERROR(plain_->Write(
          in + ".ack", std::to_string(i / 2) + ",DIS-1,TAKEN," + BenchReferral(i) + "\r\n",
          /*append=*/true));
    }
    AMANA_RETURN_IF_ERROR(plain_->Rename(in, "done/" + name_));
    return plain_->Rename(in + ".sha256", "done/" + name_ + ".sha256");
  }

 private:
  absl::Status OpenAdapter() {
    AMANA_ASSIGN_OR_RETURN(
        auto reader, ConfigReader::FromText(
                         "[native]\nhost = \"127.0.0.1\"\nport = " + std::to_string(sshd_->port()) +
                             "\nuser = \"" + sshd_->user() + "\"\nkey_file = \"" +
                             sshd_->key_file() + "\"\nhost_keys = [\"" + sshd_->host_key() +
                             "\"]\nnamed_consents = \"" + world_.folder.File("named.txt") + "\"\n",
                         "immigration.toml"));
    const auto open = immigration::ImmigrationFactory()(reader->Root().Table("native"));
    AMANA_RETURN_IF_ERROR(reader->Finish());
    AMANA_ASSIGN_OR_RETURN(adapter_, open(world_.Context("dis")));
    return absl::OkStatus();
  }

  SideWorld world_;
  std::unique_ptr<Sshd> sshd_;
  std::unique_ptr<runtime::Adapter> adapter_;
  std::unique_ptr<PlainSftp> plain_;
  std::string file_;
  std::string name_;
  uint64_t row_ = 0;
};

}  // namespace

absl::StatusOr<std::unique_ptr<AdapterSide>> OpenImmigrationSide() {
  return ImmigrationSide::Open();
}

}  // namespace amana::tests
