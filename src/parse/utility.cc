#include "parse/utility.h"

namespace explaingate {
namespace {

class Command {
 public:
  explicit Command(const Lexemes& lexed) : lexed_(lexed) {}

  bool end() const { return at_ >= lexed_.tokens.size(); }
  size_t at() const { return at_; }

  bool take(std::string_view word) {
    if (!lexed_.text_is(at_, word)) return false;
    ++at_;
    return true;
  }
  bool name() {
    if (!lexed_.is_name(at_) && lexed_.kind(at_) != TokenKind::kString) return false;
    ++at_;
    return true;
  }
  bool qualified_name() {
    if (!name()) return false;
    if (lexed_.symbol(at_) != '.') return true;
    ++at_;
    return name();
  }
  // A literal, a placeholder, a name, a signed number, or anything in brackets.
  bool value() {
    if (lexed_.symbol(at_) == '-' || lexed_.symbol(at_) == '+') ++at_;
    if (end()) return false;
    if (lexed_.symbol(at_) == '(') {
      at_ = lexed_.skip(at_);
      return true;
    }
    TokenKind kind = lexed_.kind(at_);
    bool operand = kind == TokenKind::kNumber || kind == TokenKind::kParameter || kind == TokenKind::kString ||
                   lexed_.is_name(at_);
    if (operand) ++at_;
    return operand;
  }

  bool pragma() {
    if (!qualified_name()) return false;
    if (lexed_.symbol(at_) == '=') {
      ++at_;
      return value();
    }
    if (lexed_.symbol(at_) == '(') return value();
    return true;
  }
  bool attach() {
    take("database");
    while (!end() && !lexed_.text_is(at_, "as")) at_ = lexed_.skip(at_);
    return at_ > 1 && take("as") && value();
  }
  bool vacuum() {
    if (!end() && !lexed_.text_is(at_, "into") && !name()) return false;
    return !take("into") || value();
  }
  bool begin() {
    if (!take("deferred") && !take("immediate")) take("exclusive");
    take("transaction");
    return true;
  }
  bool rollback() {
    take("transaction");
    if (!take("to")) return true;
    take("savepoint");
    return name();
  }

 private:
  const Lexemes& lexed_;
  size_t at_ = 1;
};

}  // namespace

std::optional<size_t> sqlite_command_stop(const Lexemes& lexed, size_t& query) {
  Command command(lexed);
  bool fine = true;
  switch (lexed.word(0)) {
    case Word::kPragma:
      fine = command.pragma();
      break;
    case Word::kAttach:
      fine = command.attach();
      break;
    case Word::kDetach:
      command.take("database");
      fine = command.name();
      break;
    case Word::kVacuum:
      fine = command.vacuum();
      break;
    case Word::kReindex:
    case Word::kAnalyze:
      fine = command.end() || command.qualified_name();
      break;
    case Word::kBegin:
      fine = command.begin();
      break;
    case Word::kCommit:
    case Word::kEnd:
      command.take("transaction");
      break;
    case Word::kRollback:
      fine = command.rollback();
      break;
    case Word::kRelease:
      command.take("savepoint");
      fine = command.name();
      break;
    case Word::kSavepoint:
      fine = command.name();
      break;
    case Word::kExplain:
      if (command.take("query") && !command.take("plan")) return command.at();
      query = command.at();
      if (command.end() || lexed.word(query) == Word::kExplain) return query;
      return std::nullopt;
    default:
      return 0;
  }
  if (fine && command.end()) return std::nullopt;
  return command.at();
}

}  // namespace explaingate
