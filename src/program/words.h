// What names alone say of calls and what they can mean. Private to src/program/.
#pragma once

#include <string>
#include <string_view>

namespace explaingate {

// Lower-case letters without underscores: customerRepo and customer_repo are one name.
[[nodiscard]] std::string plain(std::string_view name);
// Names that everything has: followed only where the receiver, the class or the import says which one is meant.
[[nodiscard]] bool is_common(std::string_view name);
// `customer_repo` or `repository` for class CustomerRepository; `o` for Orders is no match. Both in plain letters.
[[nodiscard]] bool names_owner(std::string_view name, std::string_view owner);
// Tests' stand-ins and generated code have the names of what they stand for, and say nothing of what a call means.
[[nodiscard]] bool is_stand_in(std::string_view path);
// Names that differ by what marks a function's inner part alone have one core: user, _user, user_txn, userImpl.
[[nodiscard]] std::string core_name(std::string_view name);
[[nodiscard]] bool starts_with_capital(std::string_view name);

}  // namespace explaingate
