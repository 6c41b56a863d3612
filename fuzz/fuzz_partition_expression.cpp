// GetPartitions expressions: any text is refused or an expression that answers.
#include <cstdint>
#include <string_view>

#include "catalog/expression.h"

using namespace freshet::catalog;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const std::vector<Column> keys{{"year", "string", "", {}}, {"n", "bigint", "", {}}};
    const auto expression = Expression::parse({reinterpret_cast<const char*>(data), size}, keys);
    if (expression) (void)expression->matches({"2026", "7"});
    return 0;
}
