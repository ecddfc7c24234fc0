// What one source file says to the others: its functions, the calls they make, the constants and wrappers it offers,
// and the names that it takes from elsewhere. A pure function of the file's text, so that it can be kept by content.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "extract/extract.h"

namespace explaingate {

// Of files of SQL. Each statement of theirs that has a name is a function, which calls of any language can mean; so is
// the whole file where none has.
inline constexpr std::string_view kSqlFamily = "sql";

// A parameter's position: the object that a function is called on, "SELECT …".load()
inline constexpr int kOnReceiver = -3;

struct Outline {
  struct Function {
    std::string name;   // "report"; empty in a file of SQL: the file's own
    std::string owner;  // class, module or receiver's type around it, as written: "Orders"; empty = none
    int line = 0;       // of its first byte
    int end_line = 0;
    int32_t parent = -1;    // the function that it stands in, and belongs to: index, -1 = none
    bool memoised = false;  // what it gives is kept by a decorator or annotation: @cache
  };
  struct Call {             // or a function of this file given to a call, which will run it: transaction(load_rows)
    int32_t function = -1;  // index in functions; -1 = top level
    std::string name;       // "load_customer"
    std::string receiver;   // last name of what it's called on: "repository"; empty = none
    std::string module;     // of the import that the call's first name comes from; empty = none
    std::string file;       // it runs the statements of this file: query_file!("queries/users.sql")
    std::string type;       // of what it's called on, where it is declared: "UserRepository"
    std::string holder;     // else, the type of what that is a field of
    bool on_field = false;  // that is a field of something: server.store.find()
    bool on_self = false;   // self.x(), this.x(), super().x()
    bool bare = false;      // it's given nothing, and called on nothing: current_user()
    bool single = false;    // one of its arguments is a list of one element, which isn't a literal
    bool handled = false;   // stands in an error handler
    int line = 0, column = 0;
    std::vector<Loop> loops;  // around the call; rows_statement as in Extraction
  };
  struct Class {  // or interface, trait, struct
    std::string name;
    std::vector<std::string> bases;    // what it extends, implements or embeds
    std::vector<std::string> methods;  // without a body
  };
  struct Field {
    std::string owner;  // class
    std::string name;
    std::string type;
  };
  struct Constant {
    std::string owner;  // class around it; empty = top level
    std::string name;
    std::string text;
  };
  struct Wrapper {  // a function that executes one of its parameters
    int32_t function = -1;
    int position = 0;
    std::string parameter;
    CallKind kind = CallKind::kExecute;
    std::string library, placeholders;
  };
  struct Wanted {           // a name without a value in this file, on the way to an SQL text
    std::string qualifier;  // "Tables" of `Tables.USERS`; empty = none
    std::string name;
    std::string module;  // it's imported from there; empty = not known
  };
  struct Execution {  // a function runs a statement of the file's Extraction
    int32_t function = -1;
    int32_t statement = -1;
  };
  std::string family;               // kSqlFamily, or languages of one family call one another: "python", "jvm"
  std::vector<Function> functions;  // by place
  std::vector<Call> calls;          // by place; those that aren't call sites of SQL
  std::vector<Class> classes;       // by place; those that say more than their name
  std::vector<Field> fields;        // sorted by owner and name, each once
  std::vector<Constant> constants;  // text known, one value
  std::vector<Wrapper> wrappers;
  std::vector<Wanted> wanted;         // sorted, each once
  std::vector<Execution> executions;  // by statement
  bool creates = false;               // one of its statements begins with CREATE
  bool transacts = false;             // it may begin transactions: names one, or its language begins them by itself
};

// What the rest of the repository, or the configuration, says to a file that is extracted.
class Externals {
 public:
  virtual ~Externals() = default;
  // The text of a constant of another file; nullptr = not known, or several that differ.
  [[nodiscard]] virtual const std::string* constant(const Outline::Wanted& wanted) const = 0;
  struct Wrapper {
    std::string name;
    std::string owner;  // empty = a function; else a method, and a call has to have a receiver
    int position = 0;
    std::string parameter;
    std::string callee;  // declared: what the call has to end with, "store.run"; empty = its name is enough
    CallKind kind = CallKind::kExecute;
    std::string library, placeholders;
    bool trusted = false;  // declared: also listed when its text is not known
  };
  // Those that a call of this name can mean.
  [[nodiscard]] virtual std::vector<const Wrapper*> wrappers(std::string_view name) const = 0;
};

// As extract(), with what other files say (nullptr = nothing), and with the file's outline.
[[nodiscard]] Extraction extract(std::string_view path, std::string_view text, const Languages& languages,
                                 Dialect dialect, const Externals* externals, Outline& outline);

}  // namespace explaingate
