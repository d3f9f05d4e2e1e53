#include "tests/bench/adapters_meter.h"

#include <algorithm>
#include <functional>

#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "agency-adapters/runtime/journal_deliveries.h"
#include "agency-adapters/runtime/native_writer.h"
#include "base/status.h"
#include "tests/bench/adapters_cpu.h"

namespace amana::tests {
namespace {

// Does some work and says of how many items; an error ends the bench.
using Work = std::function<absl::StatusOr<size_t>()>;

double Median(std::vector<double> values) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  const size_t half = values.size() / 2;
  return values.size() % 2 == 1 ? values[half] : (values[half - 1] + values[half]) / 2;
}

struct Paces {
  std::vector<double> per_s, client_us, server_us;

  Pace Of() const { return {Median(per_s), Median(client_us), Median(server_us)}; }
};

double RatioOf(const Paces& one, const Paces& other) {
  std::vector<double> ratios;
  for (size_t i = 0; i < one.per_s.size(); ++i) ratios.push_back(one.per_s[i] / other.per_s[i]);
  return Median(ratios);
}

// `work` again and again until `slice` is over, once at least.
absl::Status Slice(const AdapterSide& side, absl::Duration slice, const Work& work, Paces& paces) {
  const double children_before = ChildrenCpuSeconds();
  const CpuSeconds before = CpuSeconds::Now();
  const absl::Time begin = absl::Now();
  size_t items = 0;
  do {
    AMANA_ASSIGN_OR_RETURN(const size_t done, work());
    items += done;
  } while (absl::Now() - begin < slice);
  const double seconds = absl::ToDoubleSeconds(absl::Now() - begin);
  const CpuSeconds after = CpuSeconds::Now();
  const double thread = after.thread - before.thread;
  const double others = after.process - before.process - thread;  // threads of this process
  const double children = ChildrenCpuSeconds() - children_before;
  const double n = static_cast<double>(items);
  paces.per_s.push_back(n / seconds);
  paces.client_us.push_back((thread + (side.in_process() ? 0 : others)) * 1e6 / n);
  paces.server_us.push_back((children + (side.in_process() ? others : 0)) * 1e6 / n);
  return absl::OkStatus();
}

// The runtime as far as writing goes: what is intended is written, row by row of its journal.
class Writer {
 public:
  Writer(AdapterSide& side, uint64_t& number, size_t batch)
      : side_(side),
        number_(number),
        batch_(batch),
        journal_(runtime::Journal::Open(folder_.File("journal")).value()),
        deliveries_(*journal_, {}),
        writer_(
            side.adapter(), deliveries_, clock_,
            [&side](const runtime::DeliveryRow& row) {
              return std::optional(side.Delivery(static_cast<uint64_t>(row.source)));
            },
            {}, /*seed=*/1) {}

  absl::StatusOr<size_t> WriteSome() {
    std::vector<runtime::NewDelivery> made;
    for (size_t i = 0; i < batch_; ++i) {
      const uint64_t number = ++number_;
      const std::string key = BenchKey(number);
      made.push_back({key, runtime::DeliveryKind::kCase, static_cast<int64_t>(number), key,
                      v1::URGENCY_NORMAL});
    }
    AMANA_RETURN_IF_ERROR(
        deliveries_.Intend(made, "bench", static_cast<int64_t>(number_), clock_.Now()));
    AMANA_ASSIGN_OR_RETURN(const runtime::NativeWriter::Report report, writer_.Pass(batch_));
    if (report.written == batch_) return batch_;
    return absl::InternalError(
        absl::StrFormat("%s: %d of %d were written", side_.name(), report.written, batch_));
  }

 private:
  AdapterSide& side_;
  uint64_t& number_;
  const size_t batch_;
  const TempDir folder_;
  SystemClock clock_{ClockSync::kTrusted};
  const std::unique_ptr<runtime::Journal> journal_;
  runtime::DeliveryJournal deliveries_;
  runtime::NativeWriter writer_;
};

// What the runtime does with what Poll shows, without the broker between.
absl::StatusOr<size_t> ReadAll(runtime::Adapter& adapter, size_t items) {
  size_t settled = 0;
  while (settled < items) {
    AMANA_ASSIGN_OR_RETURN(const std::vector<runtime::NativeItem> shown, adapter.Poll(items));
    if (shown.empty()) return absl::InternalError("Poll shows less than is there");
    for (const runtime::NativeItem& item : shown) {
      for (const auto state :
           {runtime::Settlement::State::kTaken, runtime::Settlement::State::kAccepted}) {
        AMANA_RETURN_IF_ERROR(
            adapter.Settle(item.key, {.state = state, .referral = BenchReferral(settled)}));
      }
      ++settled;
    }
  }
  return settled;
}

class Meter {
 public:
  Meter(AdapterSide& side, const MeterOptions& options)
      : side_(side), options_(options), writer_(side, number_, options.batch) {}

  // Once each: connections, tables and folders are made.
  absl::Status WarmUp() {
    AMANA_RETURN_IF_ERROR(side_.PlainWrite(++number_));
    AMANA_RETURN_IF_ERROR(side_.adapter().Deliver(side_.Delivery(++number_)).status());
    return side_.Rest();
  }

  absl::Status Round(bool plain_first) {
    const absl::Duration slice = options_.seconds / options_.rounds;
    const auto plain = [&] {
      return Slice(
          side_, slice,
          [&]() -> absl::StatusOr<size_t> {
            AMANA_RETURN_IF_ERROR(side_.PlainWrite(++number_));
            return 1;
          },
          plain_);
    };
    const auto adapter = [&] {
      return Slice(
          side_, slice, [&] { return DeliverSome(); }, adapter_);
    };
    AMANA_RETURN_IF_ERROR(plain_first ? plain() : adapter());
    AMANA_RETURN_IF_ERROR(side_.Rest());
    AMANA_RETURN_IF_ERROR(plain_first ? adapter() : plain());
    AMANA_RETURN_IF_ERROR(side_.Rest());
    AMANA_RETURN_IF_ERROR(Slice(
        side_, slice, [&] { return writer_.WriteSome(); }, runtime_));
    AMANA_RETURN_IF_ERROR(side_.Rest());
    return side_.reads() ? ReadRound(plain_first) : absl::OkStatus();
  }

  SideFigures Figures() const {
    SideFigures figures;
    figures.name = side_.name();
    figures.server = side_.server();
    figures.plain = plain_.Of();
    figures.adapter = adapter_.Of();
    figures.ratio = RatioOf(adapter_, plain_);
    figures.runtime = runtime_.Of();
    figures.reads = side_.reads();
    if (!figures.reads) return figures;
    figures.plain_read = plain_read_.Of();
    figures.adapter_read = adapter_read_.Of();
    figures.read_ratio = RatioOf(adapter_read_, plain_read_);
    return figures;
  }

 private:
  // As the runtime does: some are announced, then each is delivered.
  absl::StatusOr<size_t> DeliverSome() {
    std::vector<runtime::NativeDelivery> next;
    for (size_t i = 0; i < options_.batch; ++i) next.push_back(side_.Delivery(++number_));
    side_.adapter().Announce(next);
    for (const runtime::NativeDelivery& each : next) {
      absl::Status status = side_.adapter().Deliver(each).status();
      if (absl::IsUnavailable(status)) status = side_.adapter().Deliver(each).status();
      AMANA_RETURN_IF_ERROR(status);
    }
    return next.size();
  }

  absl::Status ReadRound(bool plain_first) {
    for (const bool plain : {plain_first, !plain_first}) {
      AMANA_RETURN_IF_ERROR(side_.Fill(options_.read_items, plain));
      AMANA_RETURN_IF_ERROR(Slice(
          side_, absl::ZeroDuration(),
          [&]() -> absl::StatusOr<size_t> {
            if (!plain) return ReadAll(side_.reader(), options_.read_items);
            AMANA_RETURN_IF_ERROR(side_.PlainRead(options_.read_items));
            return options_.read_items;
          },
          plain ? plain_read_ : adapter_read_));
    }
    return absl::OkStatus();
  }

  AdapterSide& side_;
  const MeterOptions options_;
  uint64_t number_ = 0;
  Writer writer_;
  Paces plain_, adapter_, runtime_, plain_read_, adapter_read_;
};

}  // namespace

std::string BenchKey(uint64_t number) { return absl::StrFormat("bench/%032x/1:0", number); }

std::string BenchReferral(uint64_t number) { return absl::StrFormat("police-a/%032x/1", number); }

std::string Dominates(const Pace& pace) {
  const double whole = 1e6 / pace.per_s;
  const double waiting = whole - pace.client_us - pace.server_us;
  if (pace.server_us >= pace.client_us && pace.server_us >= waiting) return "server";
  return pace.client_us >= waiting ? "adapter" : "waiting";
}

absl::StatusOr<std::vector<SideFigures>> MeasureSides(
    const std::vector<std::unique_ptr<AdapterSide>>& sides, const MeterOptions& options) {
  std::vector<std::unique_ptr<Meter>> meters;
  for (const auto& side : sides) {
    meters.push_back(std::make_unique<Meter>(*side, options));
    AMANA_RETURN_IF_ERROR(meters.back()->WarmUp());
  }
  for (int round = 0; round < options.rounds; ++round) {
    for (const auto& meter : meters) AMANA_RETURN_IF_ERROR(meter->Round(round % 2 == 0));
  }
  std::vector<SideFigures> figures;
  for (const auto& meter : meters) figures.push_back(meter->Figures());
  return figures;
}

}  // namespace amana::tests
