// Levels and kinds of awards, for pages of services that do not list them.

import type { Name } from "./words";

export const AWARDS: Readonly<Record<string, Name>> = {
  L1: ["学徒工", "Apprentice worker"],
  L2: ["初级工", "Junior worker (level five)"],
  L3: ["中级工", "Intermediate worker (level four)"],
  L4: ["高级工", "Senior worker (level three)"],
  L5: ["技师", "Technician (level two)"],
  L6: ["高级技师", "Senior technician (level one)"],
  L7: ["特级技师", "Special-grade technician"],
  L8: ["首席技师", "Chief technician"],
  special_ability: ["专项职业能力", "Special vocational ability"],
};
