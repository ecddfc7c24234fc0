; MyBatis mappers have no roles that a pattern would give: xml.json names them all, and src/extract/mybatis.cc reads them.
