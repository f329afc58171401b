"""ASGI middleware and start-up: everything around the dashboard that is not Streamlit's business."""
