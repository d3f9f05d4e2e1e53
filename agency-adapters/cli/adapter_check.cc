#include "agency-adapters/cli/adapter_check.h"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include "absl/strings/str_cat.h"
#include "agency-adapters/cli/app.h"
#include "agency-adapters/cli/check/check_errors.h"
#include "agency-adapters/cli/check/check_list.h"
#include "agency-adapters/cli/check/check_report.h"
#include "agency-adapters/cli/commands.h"
#include "agency-adapters/mapping/mapping.h"
#include "base/config.h"
#include "base/durable_file.h"
#include "base/status.h"

namespace amana::cli {
namespace {

struct Options {
  std::string program, probe, report, work;
  std::vector<std::string> only;
  std::string file;  // of verify
};

// What the kit must know of the adapter's configuration; the program itself judges the rest.
struct Given {
  std::string identity, mapping;
};

absl::StatusOr<Given> ReadGiven(const std::string& file) {
  AMANA_ASSIGN_OR_RETURN(const auto reader, ConfigReader::Load(RealFileSystem(), file));
  Given given{reader->Root().Path("identity", ""), reader->Root().Path("mapping", "")};
  if (given.identity.empty() || given.mapping.empty()) {
    return UsageError("--config", "expected an adapter's configuration, with identity and mapping");
  }
  return given;
}

absl::StatusOr<std::string> FolderOfPrograms() {
  std::error_code error;
  const auto self = std::filesystem::read_symlink("/proc/self/exe", error);
  if (error) return ProgramFailed("where this program is cannot be told");
  return self.parent_path().string();
}

// Everything that a run makes, and removes.
class WorkFolder {
 public:
  static absl::StatusOr<WorkFolder> Make(const std::string& wanted) {
    const char* const set = std::getenv("TMPDIR");
    std::string name =
        (wanted.empty() ? set == nullptr ? "/tmp" : set : wanted) + "/amana-check-XXXXXX";
    if (::mkdtemp(name.data()) == nullptr) return DrillFailed("--work", "cannot make " + name);
    return WorkFolder(name, wanted.empty());
  }
  WorkFolder(WorkFolder&& other) noexcept
      : path_(std::exchange(other.path_, "")), remove_(other.remove_) {}
  ~WorkFolder() {
    std::error_code ignored;
    if (remove_ && !path_.empty()) std::filesystem::remove_all(path_, ignored);
  }
  const std::string& path() const { return path_; }

 private:
  WorkFolder(std::string path, bool remove) : path_(std::move(path)), remove_(remove) {}
  std::string path_;
  bool remove_;
};

// Those that were asked for, and always the first: the others need a program that runs.
absl::StatusOr<std::vector<Check>> Chosen(const Options& o) {
  std::vector<Check> all = DeliveryChecks();
  all.insert(all.end(), TrustChecks().begin(), TrustChecks().end());
  for (const std::string& name : o.only) {
    if (std::ranges::none_of(all, [&name](const Check& check) { return name == check.name; })) {
      return UsageError("--only", "expected the name of a check: see --help");
    }
  }
  std::vector<Check> chosen;
  for (const Check& check : all) {
    const bool wanted = o.only.empty() || std::ranges::count(o.only, check.name) > 0;
    if (wanted || chosen.empty()) chosen.push_back(check);
  }
  return chosen;
}

Finding RunCheck(const Check& check, Rig& rig, bool first) {
  Verdict verdict;
  const absl::Time begun = absl::Now();
  if (first || verdict.Expect(rig.Running(), "run")) check.run(rig, verdict);
  return {check.name, check.promise, verdict.outcome(), verdict.seen(),
          absl::ToDoubleSeconds(absl::Now() - begun)};
}

std::string Repeat(const Context& context, const Options& o, const std::string& program) {
  std::string line =
      absl::StrCat("amana adapter-check --config ", context.config, " --program ", program);
  if (!o.probe.empty()) absl::StrAppend(&line, " --probe '", o.probe, "'");
  return line;
}

absl::StatusOr<CheckReport> RunAll(Context& context, const Options& o, const Given& given,
                                   const std::string& program, const std::string& agency) {
  AMANA_ASSIGN_OR_RETURN(const std::vector<Check> checks, Chosen(o));
  AMANA_ASSIGN_OR_RETURN(CheckContent content, CheckContent::Load(given.mapping));
  AMANA_ASSIGN_OR_RETURN(const std::string programs, FolderOfPrograms());
  AMANA_ASSIGN_OR_RETURN(const WorkFolder work, WorkFolder::Make(o.work));
  AMANA_ASSIGN_OR_RETURN(const std::unique_ptr<Drill> drill,
                         Drill::Start({.folder = work.path(),
                                       .programs = programs,
                                       .services = CheckContent::Services(),
                                       .run = RunAmana,
                                       .world = &context.world()}));
  AMANA_ASSIGN_OR_RETURN(const std::unique_ptr<AdapterProgram> adapter,
                         AdapterProgram::Prepare({.program = program,
                                                  .config = context.config,
                                                  .identity = drill->AgencyToml(kDrillAdapter),
                                                  .folder = work.path() + "/adapter",
                                                  .probe = o.probe}));
  AMANA_ASSIGN_OR_RETURN(const AdapterProgram::Said version, adapter->Run({"--version"}));
  CheckReport report{.at = context.clock().Now(),
                     .agency = agency,
                     .program = std::filesystem::path(program).filename().string(),
                     .version = version.out.substr(0, version.out.find('\n')),
                     .mapping = content.Title(),
                     .mapping_sha256 = content.sha256(),
                     .probed = !o.probe.empty(),
                     .repeat = Repeat(context, o, program)};
  Rig rig(*drill, *adapter, content);
  for (const Check& check : checks) {
    report.findings.push_back(RunCheck(check, rig, report.findings.empty()));
    const Finding& finding = report.findings.back();
    if (!context.json) {
      context.world().err << OutcomeName(finding.outcome) << "  " << finding.name << std::endl;
    }
    if (context.world().stop()) return DrillFailed(check.name, "interrupted");
    // Without a program that starts there is nothing to check.
    if (report.findings.size() == 1 && finding.outcome == Outcome::kFailed) break;
  }
  return report;
}

// Where none was named: the one that the project builds for this mapping.
absl::StatusOr<std::string> ProgramOf(const Options& o, const Given& given) {
  if (!o.program.empty()) return std::filesystem::absolute(o.program).string();
  AMANA_ASSIGN_OR_RETURN(const std::string text, RealFileSystem().Read(given.mapping));
  AMANA_ASSIGN_OR_RETURN(const auto mapping, mapping::Mapping::Parse(text, given.mapping));
  AMANA_ASSIGN_OR_RETURN(const std::string programs, FolderOfPrograms());
  return programs + "/amana-" + mapping.name();
}

Result RunChecks(Context& context, const Options& o) {
  AMANA_ASSIGN_OR_RETURN(const Given given, ReadGiven(context.config));
  // Who signs is known before anything is started.
  AMANA_ASSIGN_OR_RETURN(const sdk::Identity identity, sdk::Identity::Load(given.identity));
  AMANA_ASSIGN_OR_RETURN(const sdk::SigningIdentity* signer, identity.Signer());
  AMANA_ASSIGN_OR_RETURN(const std::string program, ProgramOf(o, given));
  if (::access(program.c_str(), X_OK) != 0) {
    return UsageError("--program", "expected a program that may be run");
  }
  AMANA_ASSIGN_OR_RETURN(const CheckReport checked,
                         RunAll(context, o, given, program, identity.agency().value()));
  Report report{.text = "", .json = ToJson(checked)};
  report.text = ToText(report.json);
  if (!o.report.empty()) {
    AMANA_ASSIGN_OR_RETURN(const std::string file, SignReport(checked, *signer));
    AMANA_RETURN_IF_ERROR(RealFileSystem().WriteAtomically(o.report, file, kPublicFile));
    report.text += "signed: " + o.report + "\n";
    report.json["report"] = o.report;
  }
  report.exit_code = checked.Count(Outcome::kFailed) == 0 ? kExitDone : kExitRefused;
  return report;
}

Result RunVerify(Context& context, const Options& o) {
  AMANA_ASSIGN_OR_RETURN(const sdk::Identity* trust, context.identity());
  AMANA_ASSIGN_OR_RETURN(const std::string file, RealFileSystem().Read(o.file));
  AMANA_ASSIGN_OR_RETURN(const VerifiedReport verified, VerifyReport(file, *trust));
  Report report{
      .text = ToText(verified.report) + "VERIFIED: signed by " + verified.signer + "\n",
      .json = {{"verified", true}, {"signer", verified.signer}, {"report", verified.report}}};
  return report;
}

constexpr char kExamples[] =
    "Examples:\n"
    "  amana adapter-check --config test.toml --program ./amana-template \\\n"
    "      --probe ./count-records --report adapter.report\n"
    "  amana adapter-check --config test.toml --program ./amana-template --only recall\n"
    "  amana adapter-check verify adapter.report --config agency.toml\n"
    "\n"
    "--config is the adapter's own configuration, of which [native] and [case] are used as they\n"
    "are: its native side must be a TEST SYSTEM, since SYNTHETIC cases are written to it and "
    "taken\n"
    "back. Identity, journal and local API are replaced by a drill's, with a broker of its own on\n"
    "loopback; the true broker is not touched. The identity that the file names signs the report.\n"
    "\n"
    "--probe is asked `CMD KEY` and prints how many native records hold the content of the\n"
    "delivery KEY: 1 once it is written, 0 when it is not, or was taken back. Without it, what\n"
    "only the native side can show is `not observed`, never `passed`.\n"
    "\n"
    "Exit code 0 only when nothing failed.\n";

}  // namespace

void RegisterAdapterCheck(CLI::App& root, Context& context) {
  CLI::App* const check = root.add_subcommand(
      "adapter-check", "Run an adapter program through its contract, and sign what was seen");
  check->footer(kExamples);
  const auto o = std::make_shared<Options>();
  std::string names;
  for (const auto* checks : {&DeliveryChecks(), &TrustChecks()}) {
    for (const Check& one : *checks) names += (names.empty() ? "" : ", ") + std::string(one.name);
  }
  check->add_option("--program", o->program, "The adapter's program (amana-NAME of its mapping)");
  check->add_option("--probe", o->probe, "A command that counts native records of a delivery");
  check->add_option("--report", o->report, "Where the signed report goes");
  check->add_option("--only", o->only, "Only these, after `starts`: " + names)->delimiter(',');
  check->add_option("--work", o->work, "A folder for the drill, which is kept there");
  check->callback([check, &context, o] {
    if (!check->get_subcommands().empty()) return;
    context.action = [&context, o] { return RunChecks(context, *o); };
  });
  AddCommand<Options>(
      *check, context, "verify", "Whether a report is what its signer wrote, and what it says", "",
      [](CLI::App& command, Options& options) {
        command.add_option("report", options.file, "The file")->required();
      },
      RunVerify);
}

}  // namespace amana::cli
