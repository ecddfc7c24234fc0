// A parsed host-language file as a flat tree: nodes in pre-order with the role that the language's data files give
// them. All later passes work on roles; none of them knows a language.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/source.h"

struct TSLanguage;

namespace explaingate::host {

// What a node is. The names in the data files are those of kRoleNames, in this order. Where two patterns of a query fit
// one node, the one that stands first says what it is; the other adds parts.
enum class Role : uint8_t {
  kNone,
  kFunction,  // @function: a named function; parts @name @parameters @body, and @receiver: the type that a method
              // belongs to, where it doesn't stand inside of it
  kLambda,    // @lambda: a function without a name, part of the function around it; @parameters @body
  kClass,     // @class: @name @bases @implements @body
  kCall,      // @call: @callee (all of it; none: up to the end of @name), @receiver and @name (of a method), @arguments
  kKeyword,   // @keyword: an argument with a name: @name @value
  kParameter,  // @parameter: a parameter that is more than its name: @name @type; or one of several names that share
               // a declaration
  kSplat,      // @splat: a collection spread into arguments
  kFor,        // @for: a loop over something: @variable @iterable @body
  kWhile,      // @while: @condition @body
  kComprehension,  // @comprehension: an expression with clauses below it: @body
  kClause,         // @clause: one "for x in y" of a comprehension: @variable @iterable
  kAssignment,     // @assignment: @left @right
  kAppend,         // @append: x += y: @left @operator @right; or a chain of them, x << y << z
  kBind,           // @bind: any other statement that gives a name a value: @left
  kBranch,         // @branch: at most one of the arms below it runs; parts @then and @else are arms as well
  kSwitch,         // @switch: a branch that @break leaves
  kArm,            // @arm
  kDefaultArm,     // @default: the arm that runs when no other does
  kTry,            // @try: @body, and handlers below it
  kHandler,        // @handler
  kWith,           // @with: what a statement around it holds on to until its end: @value
  kReturn,         // @return: leaves the function (or raises); @value: what it gives
  kBreak,          // @break: leaves the loop
  kSkip,           // @skip: goes on with the loop's next turn
  kString,       // @string: a literal with content, escapes and interpolations below it, or below its @body (a heredoc)
  kHeredoc,      // @heredoc: stands for the next @heredoc_body below that has none yet
  kHeredocBody,  // @heredoc_body
  kStringStart,  // @start: prefix and opening quote
  kStringEnd,    // @end: the word that closes a heredoc
  kContent,      // @content: text as it stands, but for the escapes below it
  kEscape,       // @escape
  kInterpolation,  // @interpolation: @value
  kConcat,         // @concat: literals side by side
  kBinary,  // @binary: @left @operator @right; without parts: its first and second child, and the sign between them
  kConditional,  // @conditional: @then @else
  kGroup,        // @group: stands for its only child, or its @value: parentheses, await
  kMember,       // @member: @receiver @name
  kSubscript,    // @subscript: @receiver @value
  kSlice,        // @slice: a part of a collection, inside a subscript
  kList,         // @list: a literal collection
  kMap,          // @map: a literal with pairs below it
  kPair,         // @pair: @name (the key) @value
  kImport,       // @import: @module @name @alias
  kComment,      // @comment
  kDecorator,    // @decorator: beside or inside a function, in front of its name
  kIdentifier,   // @identifier
  kNumber,       // @number
  kConstant,     // @constant: true, false, none
  kRecord,       // @record: a type whose methods stand elsewhere, or have no body: @name @bases @implements
  kTyped,        // @typed: any other declaration of a variable or field with a type: @left @type
  kNamespace,    // @namespace: its @name stands before those of the functions in it
  kMacroText,    // @macro_text: literals and names that are read where the macro is used: "a" NAME "b"
  kTest,         // @test: a mark in front of an item that only tests have; nothing of the item is read
  kWrapper,      // @wrapper: around one argument or element: left out of the tree where it has an only child
  kCount,
};

enum class Part : uint8_t {
  kName,
  kCallee,
  kReceiver,
  kArguments,
  kParameters,
  kBases,
  kBody,
  kLeft,
  kOperator,
  kRight,
  kCondition,
  kVariable,
  kIterable,
  kValue,
  kThen,
  kElse,
  kModule,
  kAlias,
  kType,
  kImplements,
  kCount,
};

[[nodiscard]] std::optional<Role> role_named(std::string_view name);
[[nodiscard]] std::optional<Part> part_named(std::string_view name);

class Patterns;

// What a tree is made with; owned by the Language.
struct Grammar {
  const TSLanguage* language = nullptr;
  const Patterns* patterns = nullptr;
  std::span<const Role> role_by_symbol;
  bool blank_type_arguments = false;  // the parser is not to see those of calls and tags: it takes them for operators
  std::string_view macro_mark;        // host_language.h
  std::span<const std::string> macro_exceptions;
  std::span<const std::string> macro_items;
  std::span<const std::string> macro_blocks;
};

struct Node {
  uint32_t start = 0, end = 0;  // bytes of the source
  int32_t parent = -1;
  int32_t after = 0;   // index of the first node past this one's subtree
  int32_t parts = -1;  // index in Tree::parts_
  int32_t scope = 0;   // the function, lambda or class around it; 0, the root, at top level
  Role role = Role::kNone;
  bool named = false;
};

struct Import {
  std::string_view module, name, alias;  // `from m import n as a`; name empty for `import m`
};

class Tree {
 public:
  // nullopt: the parser gave up (operation limit, or too much that it can't make sense of), or the patterns did. The
  // limit counts steps, not time, so that a result never depends on the machine.
  static std::optional<Tree> parse(const Grammar& grammar, std::string_view source);

  [[nodiscard]] int size() const { return static_cast<int>(nodes_.size()); }
  [[nodiscard]] const Node& at(int node) const { return nodes_[static_cast<size_t>(node)]; }
  [[nodiscard]] Role role(int node) const { return node < 0 ? Role::kNone : at(node).role; }
  [[nodiscard]] std::string_view text(int node) const {
    return node < 0 ? std::string_view{} : source_.substr(at(node).start, at(node).end - at(node).start);
  }
  [[nodiscard]] int part(int node, Part part) const;
  [[nodiscard]] std::string_view callee(int call) const;  // as written, with its receiver
  [[nodiscard]] int parent(int node) const { return at(node).parent; }
  [[nodiscard]] bool contains(int node, int inner) const {
    return node >= 0 && inner >= node && inner < at(node).after;
  }
  // Children one by one: -1 = no more.
  [[nodiscard]] int first_child(int node) const { return node + 1 < at(node).after ? node + 1 : -1; }
  [[nodiscard]] int next_sibling(int node) const;
  [[nodiscard]] int first_named(int node) const;
  [[nodiscard]] int next_named(int node) const;
  [[nodiscard]] int last_named(int node) const;
  // What a node stands for: the node itself, or what the groups around it hold.
  [[nodiscard]] int ungrouped(int node) const;
  // Named children that are no comments: the arguments of a call, the elements of a list.
  [[nodiscard]] std::vector<int> elements(int node) const;
  // Nearest function around a node, named or not; 0 at top level. A lambda counts only with `lambdas`.
  [[nodiscard]] int function_of(int node, bool lambdas = false) const;
  [[nodiscard]] int class_of(int node) const;  // nearest class; -1 = none
  // The first node that is nested too deeply to have been given a role by the query; -1 = none.
  [[nodiscard]] int too_deep() const { return too_deep_; }
  [[nodiscard]] const std::vector<Import>& imports() const { return imports_; }
  [[nodiscard]] std::string_view source() const { return source_; }

 private:
  using Parts = std::array<int32_t, static_cast<size_t>(Part::kCount)>;
  std::string_view source_;
  std::vector<Node> nodes_;
  std::vector<Parts> parts_;
  std::vector<Import> imports_;
  int too_deep_ = -1;

  [[nodiscard]] int operand(int node, Part part) const;
  [[nodiscard]] bool walk(const Grammar& grammar, struct TreeWalk& walk);
  [[nodiscard]] bool assign_roles(const Patterns& patterns, const struct TreeWalk& walk);
  void take_match(const Patterns& patterns, const struct TreeWalk& walk, const struct TreeMatch& match,
                  std::vector<uint16_t>& pattern_of);
  void leave_out_tests();
  void assign_scopes();
};

// A function, class or lambda: what opens a scope of names.
[[nodiscard]] constexpr bool opens_scope(Role role) {
  return role == Role::kFunction || role == Role::kLambda || role == Role::kClass;
}

}  // namespace explaingate::host
