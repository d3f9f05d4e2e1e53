#include "tests/integration/five_agencies/immigration_side.h"

#include <filesystem>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "agency-adapters/formats/csv_records.h"
#include "base/durable_file.h"
#include "base/status.h"
#include "proto/crypto/sha256.h"

namespace amana::five {
namespace {

namespace fs = std::filesystem;

constexpr const char* kFolders[] = {"from-dis", "to-dis", "done", "quarantine"};
constexpr char kNamed[] = "named-consents.txt";

std::string Row(const Person& person) {
  return absl::StrCat("DIS-", person.token,
                      ",REFERRAL,P,UTO,P<UTOTESTCASE<<ALPHA<<<<<<<<<<<<<<<<<<<<<<<<,"
                      "X000000012UTO9901018F3012316<<<<<<<<<<<<<<<4,SYNTH BORDER POST,02/02/2026,"
                      "IRREGULAR,",
                      person.consent, ",ACCOMMODATION,SYNTHETIC-NOTE ", person.token,
                      ",URGENT,ADULT,haven/intake,MEDIUM\r\n");
}

constexpr char kCaseFile[] =
    "#profile=DIS-VOT-IN;v=1;charset=UTF-8;tz=Africa/Nairobi;rows=1\r\n"
    "REF_NO,MSG_TYPE,DOC_TYPE,ISSUING_STATE,MRZ_L1,MRZ_L2,ENTRY_POINT,ENTRY_DATE,STATUS_CODE,"
    "CONSENT_REF,SERVICE_CODES,REMARKS,URGENCY,SUBJECT_CLASS,RECIPIENT,RISK_LEVEL\r\n";
constexpr char kAnswerFile[] =
    "#profile=DIS-VOT-ANSWER;v=1;charset=UTF-8;tz=Africa/Nairobi;rows=1\r\n"
    "REF_NO,MSG_TYPE,ABOUT,CODE,CATEGORIES,TASK,ESCORT_CODE,REMARKS\r\n";

}  // namespace

absl::Status ImmigrationSide::Open(const std::string& folder) {
  folder_ = folder;
  AMANA_ASSIGN_OR_RETURN(sshd_, tests::Sshd::Start(folder + "/sftp"));
  for (const char* name : kFolders) fs::create_directory(sshd_->files() / name);
  return Name("");
}

std::string ImmigrationSide::Tables() const {
  return absl::StrCat(
      "[case]\nlegal_basis = \"CONSENT\"\nembassy_contact = \"NOT_ASSESSED\"\n"
      "[native]\nhost = \"127.0.0.1\"\nport = ",
      sshd_->port(), "\nuser = \"", sshd_->user(), "\"\nkey_file = \"", sshd_->key_file(),
      "\"\nhost_keys = [\"", sshd_->host_key(), "\"]\nnamed_consents = \"", kNamed, "\"\n");
}

absl::Status ImmigrationSide::Name(const std::string& consent) {
  named_ += consent + "\n";
  return RealFileSystem().WriteAtomically(folder_ + "/" + kNamed, named_, kPublicFile);
}

// As the guide says: `.part`, renamed; then its digest likewise.
absl::Status ImmigrationSide::Drop(const std::string& name, const std::string& text) {
  const std::string path = (sshd_->files() / "from-dis" / name).string();
  FileSystem& files = RealFileSystem();
  const std::string digest = crypto::Sha256(text).hex() + "  " + name + "\n";
  for (const auto& [at, content] : {std::pair(path, text), std::pair(path + ".sha256", digest)}) {
    AMANA_RETURN_IF_ERROR(files.WriteAtomically(at + ".part", content, kPublicFile));
    AMANA_RETURN_IF_ERROR(files.Rename(at + ".part", at));
  }
  return absl::OkStatus();
}

absl::Status ImmigrationSide::Refer(const Person& person) {
  return Drop(absl::StrCat("vot-", ++files_, ".csv"), kCaseFile + Row(person));
}

// Verified, removed, and kept as a record of the department's own.
absl::Status ImmigrationSide::Take(const std::string& name) {
  const fs::path path = sshd_->files() / "to-dis" / name;
  AMANA_ASSIGN_OR_RETURN(const std::string text, RealFileSystem().Read(path.string()));
  AMANA_ASSIGN_OR_RETURN(const std::string digest,
                         RealFileSystem().Read(path.string() + ".sha256"));
  if (digest != crypto::Sha256(text).hex() + "  " + name + "\n") {
    return absl::InternalError("a file laid out for immigration is not what its digest says");
  }
  fs::remove(path);
  fs::remove(path.string() + ".sha256");
  const std::string rows = text.substr(text.find("\r\n") + 2);
  const auto records = formats::ReadCsvRecords(rows).records;
  if (records.size() != 2) return absl::InternalError("a file laid out for immigration has no row");
  Json row = Json::object();
  for (size_t i = 0; i < records[0].cells.size(); ++i) {
    if (!records[1].cells[i].empty()) row[records[0].cells[i]] = records[1].cells[i];
  }
  taken_.push_back(row);
  if (row["MSG_TYPE"] != "CASE" || row["STAGE"] != "AT_OFFER") return absl::OkStatus();
  const std::string answer = absl::StrCat("ANS-", ++files_);
  return Drop(absl::StrCat("answer-", files_, ".csv"),
              absl::StrCat(kAnswerFile, answer, ",ACCEPT,", row["AMANA_KEY"].get<std::string>(),
                           ",,,,,\r\n"));
}

absl::Status ImmigrationSide::Act() {
  AMANA_ASSIGN_OR_RETURN(const std::vector<std::string> names,
                         RealFileSystem().List((sshd_->files() / "to-dis").string()));
  for (const std::string& name : names) {
    if (name.ends_with(".csv") && fs::exists(sshd_->files() / "to-dis" / (name + ".sha256"))) {
      AMANA_RETURN_IF_ERROR(Take(name));
    }
  }
  return absl::OkStatus();
}

bool ImmigrationSide::IsEmpty() const {
  return taken_.empty() && fs::is_empty(sshd_->files() / "to-dis");
}

absl::StatusOr<Effects> ImmigrationSide::Look() {
  Effects effects;
  for (const Json& row : taken_) {
    const std::string kind = row.value("MSG_TYPE", "");
    if (kind == "CASE") {
      ++effects[absl::StrCat("case ", row.value("REMARKS", ""), " ", row.value("STAGE", ""))];
    } else {
      ++effects[absl::StrCat("notice ", row.value("ABOUT", ""), " ", row.value("TASK", ""), " ",
                             row.value("EVENT", ""))];
    }
    ++effects["key " + row.value("AMANA_KEY", "")];
  }
  for (const auto& entry : fs::directory_iterator(sshd_->files() / "from-dis")) {
    if (entry.path().extension() != ".ack" && entry.path().extension() != ".rej") continue;
    AMANA_ASSIGN_OR_RETURN(const std::string text, RealFileSystem().Read(entry.path().string()));
    if (text.find("\r\n") == std::string::npos) continue;  // being written
    const auto records = formats::ReadCsvRecords(text.substr(text.find("\r\n") + 2)).records;
    for (size_t i = 1; i < records.size(); ++i) {
      if (records[i].cells.size() != 4) continue;
      ++effects[records[i].cells[1] + " " + records[i].cells[2]];
    }
  }
  for (const auto& entry : fs::directory_iterator(sshd_->files() / "done")) {
    const std::string name = entry.path().filename().string();
    ++effects["done " + name.substr(0, name.find(".csv")) +
              (name.ends_with(".sha256") ? ".sha256" : "")];
  }
  return effects;
}

absl::StatusOr<Json> ImmigrationSide::Records() {
  Json records = {{"taken", taken_}};
  AMANA_ASSIGN_OR_RETURN(const Effects effects, Look());
  for (const auto& [effect, count] : effects) {
    if (effect.starts_with("DIS-") || effect.starts_with("ANS-") || effect.starts_with("done ")) {
      records["reports"][effect] = count;
    }
  }
  return records;
}

}  // namespace amana::five
