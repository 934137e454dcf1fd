"""What tests build their data with, one noun a module.

* by hand: `tables` (rows), `views`, `portfolio`, `value` and `whole` (portfolios in which KPIs are
  measured), `workbooks`, `rollouts` (a PMO of known effect), `situations` (value cases)
* by chance: `any_tables` (whatever validation lets through), `panels`, `simulation` (roll-outs of
  which the truth is known), `samples` (the same for intervals and skill)
* from files: `worked_cases`; fewer KPIs: `catalogue`
* of what came out: `pages`, `reports`, `results`
"""
