"""Chinese titles of tables and columns, for people who open the dataset in a spreadsheet."""

from __future__ import annotations

TABLE_TITLES = {
    "documents": "文件",
    "reports": "报告",
    "sections": "章节",
    "sentences": "句子",
    "sentence_dimensions": "句子维度",
    "practices": "特色做法",
    "achievements": "量化成效",
    "honours": "荣誉",
    "terms": "术语",
    "rejected": "拒收数字",
    "furniture": "版面附属",
    "issues": "问题",
    "runs": "运行",
}

# Titles that hold in every table.
_COLUMNS = {
    "document_id": "文件编号", "report_id": "报告编号", "section_id": "章节编号",
    "sentence_id": "句子编号", "sentence_dimension_id": "句子维度编号", "practice_id": "做法编号",
    "achievement_id": "成效编号", "honour_id": "荣誉编号", "term_id": "术语编号",
    "rejected_id": "拒收编号", "furniture_id": "附属编号", "issue_id": "问题编号",
    "run_id": "运行编号", "id": "报告名", "path": "文件路径", "sha256": "文件哈希",
    "media": "媒体类型", "encoding": "编码", "publication": "刊物", "date": "日期",
    "pages": "页数", "characters": "字数", "reports": "报告数", "status": "状态",
    "branch": "支部", "title": "标题", "author": "作者", "kind": "类别", "organisation": "单位",
    "level": "层级", "region": "地区", "duplicate_of": "重复于", "text": "原文", "source_start": "原文起点",
    "source_end": "原文终点", "position": "次序", "heading": "标题", "body": "正文",
    "dimension": "维度", "dimensions": "维度", "score": "得分", "basis": "依据",
    "evidence": "证据原文", "page": "页码", "bbox": "页面位置", "locator": "文件内位置",
    "rule": "规则", "confidence": "置信度", "name": "名称", "action": "动作",
    "value": "数值", "upper": "上限", "unit": "单位", "bound": "界限", "indicator": "指标",
    "period": "时期", "from_value": "原值", "direction": "升降", "recipient": "获奖者",
    "issuer": "授予者", "year": "年份", "years": "连续年数", "count": "人数", "term": "术语原文",
    "canonical": "标准术语", "category": "类别", "reason": "拒收理由", "stage": "阶段",
    "severity": "严重程度", "message": "问题", "cure": "处理办法", "version": "程序版本",
    "schema_version": "表结构版本", "lexicons": "词库版本", "scheme": "维度方案",
    "documents": "文件数", "failed": "失败数", "facts": "事实数",
}  # fmt: skip
# Where a column means something else in one table.
_OWN = {
    ("sections", "level"): "标题级别",
    ("sentences", "heading"): "是否标题",
    ("honours", "title"): "荣誉名称",
    ("achievements", "text"): "成效原文",
    ("furniture", "text"): "附属原文",
    ("reports", "kind"): "报告类别",
}


def column_title(table: str, column: str) -> str:
    """Give a column's Chinese title; raises KeyError for a column that has none."""
    return _OWN.get((table, column)) or _COLUMNS[column]
