// What a table has read and remembers, in the writer's session only: no other connection changes
// the database, and what a rollback undoes is forgotten with it. Used by one thread at a time.
#ifndef AMANA_BROKER_STORE_EMBEDDED_MEMO_H_
#define AMANA_BROKER_STORE_EMBEDDED_MEMO_H_

#include <cstddef>
#include <cstdint>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "broker/store/embedded/session.h"

namespace amana::store::embedded {

template <typename Key, typename Value>
class Memo {
 public:
  explicit Memo(const Session& session) : session_(session) {}

  // Null: not remembered. Valid until the next call.
  const Value* Find(const Key& key) {
    if (lost_ != session_.lost()) Clear();
    const auto known = values_.find(key);
    return known == values_.end() ? nullptr : &known->second;
  }
  // `value` is what the database holds now. Readers remember nothing.
  void Keep(const Key& key, Value value) {
    if (!session_.remembers()) return;
    if (lost_ != session_.lost() || values_.size() >= kAtMost) Clear();
    values_.insert_or_assign(key, std::move(value));
  }
  // What was remembered of `key` may not be so any more.
  void Drop(const Key& key) { values_.erase(key); }
  // The same of everything.
  void Clear() {
    values_.clear();
    lost_ = session_.lost();
  }

 private:
  static constexpr size_t kAtMost = 4096;

  const Session& session_;
  uint64_t lost_ = 0;
  absl::flat_hash_map<Key, Value> values_;
};

}  // namespace amana::store::embedded

#endif  // AMANA_BROKER_STORE_EMBEDDED_MEMO_H_
