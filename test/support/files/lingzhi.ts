import type { Files } from './archives.ts';

/** The backend as the runbook describes it: Flask, blueprints in routes/, a database beside the code. */
export function lingzhi(version: string, more: Files = {}): Files {
  return Object.fromEntries(
    Object.entries({ ...code(version), ...more }).map(([name, file]) => [`admin-backend/${name}`, file]),
  );
}

function code(version: string): Files {
  return {
    'app.py': `from flask import Flask, jsonify
from routes.agent import bp as agent
from routes.complete_apis import bp as checkin

# CORS is answered by the proxy; the header says whose pages may ask.
CORS = {'Access-Control-Allow-Origin': 'https://meiyueart.example'}
VERSION = '${version}'

app = Flask(__name__)
app.register_blueprint(agent)
app.register_blueprint(checkin)


@app.route('/api/health')
def health():
    return jsonify(status='ok', version=VERSION)
`,
    'routes/__init__.py': 'from flask import Blueprint  # @bp.route\n',
    'routes/agent.py': `from flask import Blueprint, jsonify, request
from services.llm import LLMClient

bp = Blueprint('agent', __name__)


@bp.route('/api/chat', methods=['POST'])
def chat():
    return jsonify(reply=LLMClient().reply(request.get_json()['message']))
`,
    'routes/complete_apis.py': `from flask import Blueprint, jsonify

bp = Blueprint('checkin', __name__)


@bp.route('/api/checkin/status')
def status():
    return jsonify(error='log in', lingzhi_earned=0), 401
`,
    'services/llm.py': `class LLMClient:
    def reply(self, message):
        return (message + '，愿你今天有所收获。') * 200
`,
    'services/__init__.py': '',
    'config/agent.json': '{"model": "doubao-seed-1-6-251015", "max_tokens": 4096, "thinking": "enabled"}\n',
    'requirements.txt': 'flask\ngunicorn\n',
    'static/about.html': '<h1>陕西媄月商业艺术有限责任公司</h1>\n',
  };
}
